public import Connect

/// Unpacks messages of gzip data (RFC 1952), each a whole of one or more members.
///
/// The plan never puts it in by itself, since bytes give bytes: ask for it. For streams that need not fit in memory
/// there is ``Gunzip``.
public struct GunzipMessage: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = Bytes

    /// The most bytes that a message may have unpacked; gzip expands up to 1000 times.
    public var outputLimit: Int

    /// Unpacks messages.
    ///
    /// - Parameter outputLimit: the most bytes that a message may have unpacked; 0 or more
    public init(outputLimit: Int = 64 << 20) {
        self.outputLimit = outputLimit
    }

    /// `GUNZIP`
    public var name: String { "GUNZIP" }

    /// Makes the instance of a worker, with the one decoder that all its messages use.
    ///
    /// - Throws: `CoderError` where ``outputLimit`` is negative or there is no memory
    public func makeInstance() throws -> Instance {
        guard outputLimit >= 0 else {
            throw CoderError(
                .configuration, coder: name,
                "outputLimit is \(outputLimit), but must be 0 or more; the default is \(64 << 20)")
        }
        do {
            return Instance(name: name, outputLimit: outputLimit, inflater: try GzipInflater())
        } catch {
            throw CoderError(error, coder: name)
        }
    }

    /// Unpacks for one worker.
    public struct Instance: CoderInstance {
        let name: String
        let outputLimit: Int
        let inflater: GzipInflater

        /// The bytes that a message holds packed.
        ///
        /// - Throws: `CoderError` where the message is damaged (`malformed`), cut (`truncated`) or too large
        ///   (`limitExceeded`); the offset counts packed bytes
        public mutating func convert(_ input: Bytes) throws -> Bytes {
            var output = BytesBuilder()
            do {
                try input.withUnsafeBytes { (bytes) throws(GzipError) in
                    try inflater.inflateMessage(bytes, outputLimit: outputLimit) { output.append($0) }
                }
            } catch {
                throw CoderError(error, coder: name)
            }
            return output.take()
        }
    }
}
