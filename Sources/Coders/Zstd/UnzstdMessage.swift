public import Connect

/// Unpacks messages of Zstandard data (RFC 8878), each a whole of one or more frames.
///
/// The plan never puts it in by itself, since bytes give bytes: ask for it. For streams that need not fit in memory
/// there is `Unzstd`.
public struct UnzstdMessage: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = Bytes

    /// The most bytes that a message may have unpacked.
    public var outputLimit: Int

    /// Unpacks messages.
    ///
    /// - Parameter outputLimit: the most bytes that a message may have unpacked; 0 or more
    public init(outputLimit: Int = 64 << 20) {
        self.outputLimit = outputLimit
    }

    /// `UNZSTD`
    public var name: String { "UNZSTD" }

    /// Makes the instance of a worker, with the one decoder that all its messages use.
    ///
    /// - Throws: `CoderError` where there is no memory
    public func makeInstance() throws -> Instance { Instance(limit: outputLimit, unpacker: try ZstdUnpacker()) }

    /// Unpacks for one worker.
    public struct Instance: CoderInstance {
        let limit: Int
        let unpacker: ZstdUnpacker

        /// The bytes that a message holds packed.
        ///
        /// - Throws: `CoderError` where the message is damaged (`malformed`), cut (`truncated`) or too large
        ///   (`limitExceeded`); the offset counts packed bytes
        public mutating func convert(_ input: Bytes) throws -> Bytes {
            unpacker.reset()
            var output = BytesBuilder()
            var consumed = 0
            var hasMore = true
            while hasMore {
                try output.append(capacity: 16 << 10) { room in
                    var produced = 0
                    hasMore = try input.withUnsafeBytes { try unpacker.unpack($0, &consumed, into: room, &produced) }
                    return produced
                }
                if unpacker.unpackedOffset > limit {
                    throw CoderError(
                        .limitExceeded, coder: "UNZSTD", offset: Int64(unpacker.packedOffset),
                        "the message has more than \(limit) bytes unpacked; raise the limit if that is expected, else treat "
                            + "its sender as hostile")
                }
            }
            try unpacker.finish()
            let bytes = output.take()
            return bytes.withUnsafeBytes { Bytes(copying: $0) }
        }
    }
}
