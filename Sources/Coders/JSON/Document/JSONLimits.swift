/// How large a JSON document may be, so that no sender decides how much memory it takes.
public struct JSONLimits: Sendable, Hashable {
    /// The most bytes that any document may have: 256 MiB.
    public static let mostBytes = (1 << 28) - 1

    /// The most bytes of a document, up to ``mostBytes``. While a document is parsed it takes about twelve times as much
    /// memory as it has bytes, at worst.
    public var bytes: Int
    /// How many arrays and objects may stand in each other.
    public var depth: Int

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - bytes: the most bytes of a document; 1 ... ``mostBytes``
    ///   - depth: how many arrays and objects may stand in each other; 0 or more
    public init(bytes: Int = 64 << 20, depth: Int = 1024) {
        self.bytes = bytes
        self.depth = depth
    }
}
