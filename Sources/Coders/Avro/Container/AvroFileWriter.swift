public import Connect

/// Writes a container file: the schema, then data in blocks. Belongs to one worker.
///
/// ```swift
/// var writer = try AvroFileWriter(schema: schema, codec: .deflate())
/// file.write(writer.header)
/// for datum in data { if let block = try writer.append(datum) { file.write(block) } }
/// if let block = try writer.flush() { file.write(block) }
/// ```
public struct AvroFileWriter {
    /// What stands at the beginning of the file.
    public let header: Bytes
    /// The mark between blocks, of 16 bytes.
    public let sync: Bytes

    private let schema: AvroSchema
    private let blockBytes: Int
    private let packer: AvroPacker
    private let limits: AvroLimits
    private var block: [UInt8] = []
    private var count = 0
    /// How many data of the block, and bytes of it, come before the place that was marked last; 0 where none was.
    private var marked = (count: 0, bytes: 0)

    static let magic: [UInt8] = [0x4F, 0x62, 0x6A, 0x01]
    static let syncBytes = 16

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - schema: the schema of all data
    ///   - codec: how blocks are packed
    ///   - metadata: more to be said in the header; names that begin with `avro.` are the format's own
    ///   - sync: the mark between blocks, of 16 bytes; nil for random ones, as it must not occur in the data
    ///   - blockBytes: how many bytes a block has before it is packed, or somewhat more; 1 or more
    ///   - limits: how large a datum may be
    /// - Throws: `CoderError` where the mark has another length, or metadata have a name of the format's own
    public init(
        schema: AvroSchema, codec: AvroCodec = .null, metadata: [String: Bytes] = [:], sync: Bytes? = nil,
        blockBytes: Int = 64 << 10, limits: AvroLimits = AvroLimits()
    ) throws(CoderError) {
        var random = SystemRandomNumberGenerator()
        let sync = sync ?? Bytes((0..<AvroFileWriter.syncBytes).map { _ in UInt8.random(in: 0...255, using: &random) })
        guard sync.count == AvroFileWriter.syncBytes else {
            throw CoderError(
                .configuration, coder: AvroError.coder,
                "the mark between blocks has \(sync.count) bytes, but must have 16")
        }
        if let name = metadata.keys.filter({ $0.hasPrefix("avro.") }).min() {
            throw CoderError(
                .configuration, coder: AvroError.coder, "the metadata \(AvroError.quoted(name)) is the format's own")
        }
        var entries = metadata.map { (name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
        entries.insert((name: "avro.codec", value: Bytes(codec.name)), at: 0)
        entries.insert((name: "avro.schema", value: schema.text), at: 0)
        var output = BytesBuilder()
        AvroFileWriter.magic.withUnsafeBytes { output.append($0) }
        AvroNumber.append(Int64(entries.count), to: &output)
        for (name, value) in entries {
            AvroNumber.append(Int64(name.utf8.count), to: &output)
            output.append(name)
            AvroNumber.append(Int64(value.count), to: &output)
            output.append(value)
        }
        output.append(0)
        output.append(sync)
        header = output.take()
        self.sync = sync
        self.schema = schema
        self.limits = limits
        self.blockBytes = max(1, blockBytes)
        packer = try .packing(codec)
    }

    /// Adds a datum.
    ///
    /// - Parameter binary: a datum of the file's schema; it is checked, since a wrong one would spoil the file
    /// - Returns: a block, where one has become large enough
    /// - Throws: `CoderError` where the datum has another schema or is none of it
    public mutating func append(_ binary: AvroBinary) throws(CoderError) -> Bytes? {
        try add(binary) ? try flush() : nil
    }

    /// Adds a datum to the block.
    ///
    /// - Parameter binary: a datum of the file's schema; it is checked, since a wrong one would spoil the file
    /// - Returns: whether the block is large enough
    /// - Throws: `CoderError` where the datum has another schema or is none of it
    package mutating func add(_ binary: AvroBinary) throws(CoderError) -> Bool {
        guard binary.schema == schema else {
            throw CoderError(.configuration, coder: AvroError.coder, "the datum has another schema than the file")
        }
        try binary.validate(limits: limits)
        binary.data.withUnsafeBytes { block.append(contentsOf: $0) }
        count += 1
        return block.count >= blockBytes || count >= limits.elements
    }

    /// Whether the block holds nothing.
    package var isEmpty: Bool { count == 0 }

    /// Marks the place behind the last datum.
    package mutating func mark() { marked = (count, block.count) }

    /// Ends a block at the marked place; what comes behind it begins the next one.
    ///
    /// - Returns: it; nil where nothing comes before the place
    /// - Throws: `CoderError` where it cannot be packed
    package mutating func flushToMark() throws(CoderError) -> Bytes? {
        let (count, bytes) = marked
        if count == 0 { return nil }
        let made = try packed(count, block[..<bytes])
        block.removeFirst(bytes)
        self.count -= count
        marked = (0, 0)
        return made
    }

    /// Ends the block.
    ///
    /// - Returns: it; nil where nothing was added since the last one
    /// - Throws: `CoderError` where it cannot be packed
    public mutating func flush() throws(CoderError) -> Bytes? {
        if count == 0 { return nil }
        let made = try packed(count, block[...])
        block.removeAll(keepingCapacity: true)
        count = 0
        marked = (0, 0)
        return made
    }

    private func packed(_ count: Int, _ content: ArraySlice<UInt8>) throws(CoderError) -> Bytes {
        let data = try packer.packed(Bytes(content))
        var output = BytesBuilder()
        AvroNumber.append(Int64(count), to: &output)
        AvroNumber.append(Int64(data.count), to: &output)
        output.append(data)
        output.append(sync)
        return output.take()
    }
}
