public import Connect

/// Cuts container files into their data, each with the schema of its file.
///
/// Positions are numbers of data, so that a restart goes on at any of them; blocks before it are passed over without being
/// unpacked. A file is read from its beginning for this, since only there stands its schema.
public struct AvroFile: Splitter {
    /// What the instance gives.
    public typealias Output = AvroBinary

    /// Whether a damaged block is passed over: what follows is searched for the mark between blocks.
    public var recovers: Bool
    /// How large schemas, blocks and data may be; the limit on bytes holds for a whole block.
    public var limits: AvroLimits

    /// Cuts container files into their data.
    ///
    /// - Parameters:
    ///   - recovers: whether a damaged block is passed over
    ///   - limits: how large schemas, blocks and data may be
    public init(recovers: Bool = false, limits: AvroLimits = AvroLimits()) {
        self.recovers = recovers
        self.limits = limits
    }

    /// `AVRO-FILE`
    public var name: String { "AVRO-FILE" }

    /// Makes the instance of a run.
    public func makeInstance() -> AvroFileSplitter { AvroFileSplitter(recovers: recovers, limits: limits, name: name) }
}
