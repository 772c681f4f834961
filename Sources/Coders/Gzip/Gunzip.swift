public import Connect

/// Unpacks streams of gzip data (RFC 1952), all members of each; it stands between a source of chunks and what splits
/// them, for example `Lines`.
///
/// Positions behind it count unpacked bytes. gzip cannot be entered in the middle, so after a restart a stream is read
/// from its beginning, and what was done already is unpacked but not given out again.
///
/// Bytes are given out before the checksum of their member has been read, as a stream need not fit in memory. Damaged
/// or truncated data are an error behind what was unpacked before it; nothing after it is given out.
public struct Gunzip: Splitter {
    /// What the instance gives.
    public typealias Output = StreamChunk

    /// Which streams are unpacked.
    public enum Selection: Sendable, Hashable {
        /// All; data that are not gzip are an error.
        case everyStream
        /// Those whose partition's name (for files: the path) ends in a text, for example `.gz`. All others pass
        /// unchanged.
        case named(String)
    }

    /// Which streams are unpacked.
    public var only: Selection
    /// The most bytes of an output chunk.
    public var chunkBytes: Int

    /// Unpacks streams of gzip data.
    ///
    /// - Parameters:
    ///   - only: which streams are unpacked
    ///   - chunkBytes: the most bytes of an output chunk; 1 ... 2³⁰
    public init(only: Selection = .everyStream, chunkBytes: Int = 64 << 10) {
        self.only = only
        self.chunkBytes = chunkBytes
    }

    /// `GUNZIP`
    public var name: String { "GUNZIP" }

    /// Makes the instance of a run.
    ///
    /// - Throws: `CoderError` where ``chunkBytes`` is out of its range
    public func makeInstance() throws -> GunzipSplitter {
        guard (1...(1 << 30)).contains(chunkBytes) else {
            throw CoderError(
                .configuration, coder: name,
                "chunkBytes is \(chunkBytes), but must be 1 ... \(1 << 30); the default is \(64 << 10)")
        }
        return GunzipSplitter(name: name, only: only, chunkBytes: chunkBytes)
    }
}
