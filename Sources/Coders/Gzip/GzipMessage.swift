public import Connect

/// Packs messages with gzip (RFC 1952), each into one member.
///
/// Equal messages give equal bytes: the header has no name and no time. The plan never puts it in by itself, since
/// bytes give bytes: ask for it.
public struct GzipMessage: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = Bytes

    /// 0 (stored), 1 (fast) ... 9 (small).
    public var level: Int

    /// Packs messages.
    ///
    /// - Parameter level: 0 (stored), 1 (fast) ... 9 (small); above 6 little is gained for much time
    public init(level: Int = 6) {
        self.level = level
    }

    /// `GZIP`
    public var name: String { "GZIP" }

    /// Makes the instance of a worker, with the one encoder that all its messages use.
    ///
    /// - Throws: `CoderError` where there is no such ``level`` or no memory
    public func makeInstance() throws -> Instance {
        do {
            return Instance(name: name, deflater: try GzipDeflater(level: level))
        } catch {
            throw CoderError(error, coder: name)
        }
    }

    /// Packs for one worker.
    public struct Instance: CoderInstance {
        let name: String
        let deflater: GzipDeflater

        /// A message, packed.
        ///
        /// - Throws: `CoderError` where zlib fails, which no message brings about
        public mutating func convert(_ input: Bytes) throws -> Bytes {
            var output = BytesBuilder()
            do {
                try input.withUnsafeBytes { (bytes) throws(GzipError) in
                    try deflater.deflateMessage(bytes) { output.append($0) }
                }
            } catch {
                throw CoderError(error, coder: name)
            }
            return output.take()
        }
    }
}
