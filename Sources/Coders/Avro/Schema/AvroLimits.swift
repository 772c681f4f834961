/// How large schemas and data may be, so that no sender decides how much memory and time they take.
public struct AvroLimits: Sendable, Hashable {
    /// The most that ``depth`` and ``schemaDepth`` may say.
    public static let mostDepth = 1024

    /// The most bytes of a schema's text.
    public var schemaBytes: Int
    /// How many types of a schema may stand in each other.
    public var schemaDepth: Int
    /// The most bytes of a datum, and of what becomes of it.
    public var bytes: Int
    /// How many records, arrays, maps and unions of a datum may stand in each other.
    public var depth: Int
    /// How many values a datum may have; most of all it bounds those that take no bytes.
    public var elements: Int

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - schemaBytes: the most bytes of a schema's text
    ///   - schemaDepth: how many types of a schema may stand in each other; up to ``mostDepth``
    ///   - bytes: the most bytes of a datum
    ///   - depth: how many values of a datum may stand in each other; up to ``mostDepth``
    ///   - elements: how many values a datum may have
    public init(
        schemaBytes: Int = 1 << 20, schemaDepth: Int = 64, bytes: Int = 64 << 20, depth: Int = 128,
        elements: Int = 10_000_000
    ) {
        self.schemaBytes = schemaBytes
        self.schemaDepth = schemaDepth
        self.bytes = bytes
        self.depth = depth
        self.elements = elements
    }

    /// The depth of data that is held to, whatever was set: what reads them goes into itself once for each level.
    var checkedDepth: Int { max(0, min(depth, AvroLimits.mostDepth)) }
}
