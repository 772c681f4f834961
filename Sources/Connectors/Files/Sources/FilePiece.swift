import Connect

/// What a read of a file brought.
struct FilePiece {
    /// A chunk has at most as many bytes.
    static let maximumBytes = 64 * 1024

    var bytes: Bytes
    /// Whether the file ends behind these bytes.
    var reachedEnd = false
    /// Why there are not more; the bytes before it are good.
    var failure: ConnectorError?

    /// Reads from a regular file until so many bytes are there or the file ends.
    ///
    /// The memory is fresh every time, since the bytes are handed on without a copy. An allocation of this size is
    /// served from the heap, without a call of the system or page faults.
    init(reading file: any OpenFile, upTo capacity: Int) {
        var reachedEnd = false
        var failure: ConnectorError?
        bytes = BytesBuffer.filled(capacity: capacity) { memory in
            var filled = 0
            while filled < memory.count {
                do throws(ConnectorError) {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
                    guard let count = try file.read(into: rest), count > 0 else {
                        reachedEnd = true
                        break
                    }
                    filled += count
                } catch {
                    failure = error
                    break
                }
            }
            return filled
        }
        self.reachedEnd = reachedEnd
        self.failure = failure
    }

    /// How much room the next chunk needs: where the rest of the file fits into one, a byte more, so that the same read
    /// finds the end.
    static func capacity(forRest rest: Int64) -> Int {
        rest > Int64(maximumBytes) ? maximumBytes : max(Int(rest) + 1, 4096)
    }
}
