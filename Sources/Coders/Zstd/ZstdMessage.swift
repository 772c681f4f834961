public import Connect

/// Packs messages with Zstandard (RFC 8878), each into one frame with a checksum.
///
/// The plan never puts it in by itself, since bytes give bytes: ask for it.
public struct ZstdMessage: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = Bytes

    /// 1 (fast) ... 19 (small).
    public var level: Int

    /// Packs messages.
    ///
    /// - Parameter level: 1 (fast) ... 19 (small); 3 is what the library itself takes
    public init(level: Int = 3) {
        self.level = level
    }

    /// `ZSTD`
    public var name: String { "ZSTD" }

    /// Makes the instance of a worker, with the one encoder that all its messages use.
    ///
    /// - Throws: `CoderError` where there is no such `level` or no memory
    public func makeInstance() throws -> Instance {
        guard (1...19).contains(level) else {
            throw CoderError(
                .configuration, coder: name, "there is no compression level \(level): use 1 (fast) ... 19 (small)")
        }
        return Instance(packer: try ZstdPacker(level: level))
    }

    /// Packs for one worker.
    public struct Instance: CoderInstance {
        let packer: ZstdPacker

        /// A message, packed.
        ///
        /// - Throws: `CoderError` where the library has no memory, which no message brings about otherwise
        public mutating func convert(_ input: Bytes) throws -> Bytes { try packer.pack(input) }
    }
}
