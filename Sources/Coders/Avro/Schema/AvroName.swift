/// Names of types, with and without a namespace.
enum AvroName {
    /// Whether a name without dots is one that the specification allows.
    static func isValid(_ name: some StringProtocol) -> Bool {
        var isFirst = true
        for byte in name.utf8 {
            let isLetter = (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
            guard isLetter || (!isFirst && byte &- 0x30 < 10) else { return false }
            isFirst = false
        }
        return !isFirst
    }

    /// Whether all parts of a name with dots are allowed.
    static func isValidWithDots(_ name: String) -> Bool {
        name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isValid($0) }
    }

    /// A name with its namespace: what has a dot is complete.
    static func full(_ name: String, in namespace: String) -> String {
        namespace.isEmpty || name.utf8.contains(UInt8(ascii: ".")) ? name : namespace + "." + name
    }

    /// The namespace of a complete name; empty where it has none.
    static func namespace(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    }

    /// A complete name without its namespace.
    static func short(_ name: String) -> Substring {
        name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? name[...]
    }
}
