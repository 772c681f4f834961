public import Connect

/// Names a resource, for example a file that is to be read: where it is, what it is called and when it was changed.
///
/// Path and name are bytes, because file names are: they may hold anything but NUL, also newlines and invalid UTF-8.
public struct ResourceURL: Sendable, Hashable {
    /// How it is reached, for example `file` (RFC 3986, section 3.1).
    public var scheme: String
    /// Where it is, with its name.
    public var path: Bytes
    /// What it is called: as a rule the last part of the path.
    public var name: Bytes
    /// When it was last changed; nil where that is not known.
    public var modified: EventTime?

    /// Names a resource.
    ///
    /// - Parameters:
    ///   - scheme: how it is reached: a letter, then letters, digits, `+`, `-` and `.`
    ///   - path: where it is, with its name
    ///   - name: what it is called; nil for what follows the last `/` of the path
    ///   - modified: when it was last changed
    public init(scheme: String, path: Bytes, name: Bytes? = nil, modified: EventTime? = nil) {
        self.scheme = scheme
        self.path = path
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        self.name = name ?? path[(slash.map { $0 + 1 } ?? 0)..<path.count]
        self.modified = modified
    }
}

extension ResourceURL: NamedElement {
    /// `ResourceURL`
    public static var elementTypeName: String { "ResourceURL" }
}

extension ResourceURL: CustomStringConvertible {
    /// For people: `scheme:path`; what is not valid UTF-8 is shown as U+FFFD.
    public var description: String { "\(scheme):\(path)" }
}

/// What both coders hold a ``ResourceURL`` to.
enum ResourceURLRules {
    /// Whether a text is a scheme by RFC 3986, section 3.1.
    static func isScheme(_ text: some Sequence<UInt8>) -> Bool {
        var isFirst = true
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if isFirst { return false }
            default: return false
            }
            isFirst = false
        }
        return !isFirst
    }

    static let schemeAdvice =
        "a scheme is a letter, then letters, digits, '+', '-' and '.' (RFC 3986), for example file"
}
