public import Connect
public import ConnectAvro
public import ConnectFiles

/// Writes data to a container file of Avro, or to a series of them.
///
/// Modes, rolling, durability and exactly-once delivery are those of `FileSink`: with `.append` a file is gone on with, in
/// its schema and codec; `.create` and `.replace` make one that appears at the end, as a whole. What a crash has left in the
/// middle of a block is cut off before the file is gone on with. A block ends where it has become large enough, and at each
/// flush.
///
/// Data of another schema are projected to the file's.
public struct AvroFileSink: Sink {
    /// What the sink takes.
    public typealias Input = AvroBinary

    /// Where the files are and what becomes of them; its framing is not used.
    public var file: FileSink
    /// The schema of the files.
    public var schema: AvroSchema
    /// How blocks are packed.
    public var codec: AvroCodec
    /// How many bytes a block has before it is packed, or somewhat more; 1 or more.
    public var blockBytes: Int
    /// How large a datum may be.
    public var limits: AvroLimits

    /// A container file, or a series of them.
    ///
    /// - Parameters:
    ///   - file: where the files are and what becomes of them; a roll policy may have bytes and a time, but no count
    ///   - schema: the schema of the files
    ///   - codec: how blocks are packed
    ///   - blockBytes: how many bytes a block has before it is packed, or somewhat more; 1 or more
    ///   - limits: how large a datum may be
    public init(
        _ file: FileSink, schema: AvroSchema, codec: AvroCodec = .deflate(), blockBytes: Int = 64 << 10,
        limits: AvroLimits = AvroLimits()
    ) {
        self.file = file
        self.schema = schema
        self.codec = codec
        self.blockBytes = blockBytes
        self.limits = limits
    }

    /// What the plan must know of it.
    public var descriptor: SinkDescriptor {
        var descriptor = file.descriptor
        descriptor.kind = "AvroFileSink"
        // A block is held until it is large enough.
        if descriptor.confirmation == .write { descriptor.confirmation = .flush }
        return descriptor
    }

    /// Makes the writer of a run.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where the options do not go together
    public func makeWriter() throws -> AvroFileSinkWriter {
        if file.roll?.count != nil {
            throw ConnectorError(
                .configuration,
                "container files cannot be rolled by a count of elements, since these stand in blocks; give bytes or a time"
            )
        }
        _ = try file.makeWriter()
        return AvroFileSinkWriter(self)
    }
}
