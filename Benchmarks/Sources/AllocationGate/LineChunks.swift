import Connect

/// The chunks of a text of equal lines of 92 bytes, each in memory of its own as if it had been read from a file.
struct LineChunks: Source {
    let lines: Int

    static let lineBytes = 92
    static let linesPerChunk = 700

    var descriptor: SourceDescriptor { SourceDescriptor(kind: "LineChunks", isBounded: true) }

    func makeReader() -> Reader { Reader(lines: lines) }

    struct Reader: SourceReader {
        let lines: Int
        var done = 0
        var partition = PartitionID(index: 0)

        mutating func open(_ context: SourceContext) throws {
            partition = context.partitions.partition(named: "text")
        }

        mutating func poll(into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime) -> SourcePoll {
            let count = min(LineChunks.linesPerChunk, lines - done)
            let bytes = BytesBuffer.filled(capacity: count * LineChunks.lineBytes) { memory in
                for index in memory.indices {
                    let isEnd = index % LineChunks.lineBytes == LineChunks.lineBytes - 1
                    memory[index] = isEnd ? 0x0A : UInt8(truncatingIfNeeded: 0x61 + index % 26)
                }
                return memory.count
            }
            let offset = Int64(done * LineChunks.lineBytes)
            done += count
            batch.append(
                StreamChunk(stream: partition, offset: offset, bytes: bytes, isLast: done == lines),
                partition: partition, next: offset + Int64(bytes.count))
            return done == lines ? .ended : .ready
        }
    }
}
