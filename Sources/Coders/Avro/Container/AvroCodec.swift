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

    /// The name in the file.
    public var name: String {
        switch self {
        case .null: "null"
        case .deflate: "deflate"
        case .zstandard: "zstandard"
        }
    }

    /// The codec of a name; nil where it is not known.
    init?(name: String) {
        switch name {
        case "null": self = .null
        case "deflate": self = .deflate()
        case "zstandard": self = .zstandard()
        default: return nil
        }
    }
}
