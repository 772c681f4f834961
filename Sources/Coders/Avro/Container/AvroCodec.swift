/// How the blocks of a container file are packed.
public enum AvroCodec: Sendable, Hashable {
    /// Not at all.
    case null
    /// With DEFLATE (RFC 1951), without zlib's head.
    ///
    /// - Parameter level: 1, the fastest, to 9
    case deflate(level: Int = 6)
    /// With Zstandard (RFC 8878).
    ///
    /// - Parameter level: 1, the fastest, to 22
    case zstandard(level: Int = 3)
    /// With bzip2.
    ///
    /// - Parameter level: 1 to 9, the more the more memory
    case bzip2(level: Int = 9)
    /// In the format of snappy, which is packed fast and badly.
    case snappy
    /// As xz, which is packed slowly and well.
    ///
    /// - Parameter level: 0, the fastest, to 9
    case xz(level: Int = 6)
    /// As libavro's `lzma`, which is xz with nothing around it; the specification does not have it.
    case lzma

    /// The name in the file.
    public var name: String {
        switch self {
        case .null: "null"
        case .deflate: "deflate"
        case .zstandard: "zstandard"
        case .bzip2: "bzip2"
        case .snappy: "snappy"
        case .xz: "xz"
        case .lzma: "lzma"
        }
    }

    /// The names of all codecs.
    package static let names = ["null", "deflate", "zstandard", "bzip2", "snappy", "xz", "lzma"]

    /// A codec with a level.
    ///
    /// - Parameters:
    ///   - name: one of ``names``
    ///   - level: how hard is tried in packing; nil for the usual
    package init(_ name: String, level: Int?) {
        switch name {
        case "deflate": self = .deflate(level: min(level ?? 6, 9))
        case "zstandard": self = .zstandard(level: level ?? 3)
        case "bzip2": self = .bzip2(level: min(level ?? 9, 9))
        case "snappy": self = .snappy
        case "xz": self = .xz(level: min(level ?? 6, 9))
        case "lzma": self = .lzma
        default: self = .null
        }
    }

    /// The codec of a name; nil where it is not known.
    init?(name: String) {
        guard AvroCodec.names.contains(name) else { return nil }
        self.init(name, level: nil)
    }
}
