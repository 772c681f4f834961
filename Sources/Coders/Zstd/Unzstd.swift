public import Connect

/// Unpacks streams of Zstandard data (RFC 8878), all frames of each; it stands between a source of chunks and what splits
/// them, for example `Lines`.
///
/// Positions behind it count unpacked bytes. After a restart a stream is read from its beginning, and what was done
/// already is unpacked but not given out again. Damaged or cut data are an error behind what was unpacked before.
public struct Unzstd: Splitter {
    /// What the instance gives.
    public typealias Output = StreamChunk

    /// The most bytes of an output chunk.
    public var chunkBytes: Int

    /// Unpacks streams of Zstandard data.
    ///
    /// - Parameter chunkBytes: the most bytes of an output chunk; 1 ... 2³⁰
    public init(chunkBytes: Int = 64 << 10) {
        self.chunkBytes = chunkBytes
    }

    /// `UNZSTD`
    public var name: String { "UNZSTD" }

    /// Makes the instance of a run.
    ///
    /// - Throws: `CoderError` where `chunkBytes` is out of its range
    public func makeInstance() throws -> UnzstdSplitter {
        guard (1...(1 << 30)).contains(chunkBytes) else {
            throw CoderError(
                .configuration, coder: name,
                "chunkBytes is \(chunkBytes), but must be 1 ... \(1 << 30); the default is \(64 << 10)")
        }
        return UnzstdSplitter(chunkBytes: chunkBytes)
    }
}
