import Synchronization

@testable import Connect

/// Names partitions as a run does.
final class FakeRegistry: PartitionRegistry {
    private let names: Mutex<[String]>

    init(_ names: [String]) {
        self.names = Mutex(names)
    }

    func partition(named name: String, detail: String) -> PartitionID {
        names.withLock { names in
            if let index = names.firstIndex(of: name) { return PartitionID(index: index) }
            names.append(name)
            return PartitionID(index: names.count - 1)
        }
    }

    func name(of partition: PartitionID) -> String? {
        names.withLock { $0.indices.contains(partition.index) ? $0[partition.index] : nil }
    }

    func revoke(_ name: String, timeout: Duration) -> Bool { true }
}

/// All that came out of a splitter.
struct SplitterOutput<Element: Sendable> {
    var elements: [Element] = []
    /// Where each stream goes on behind each element.
    var nexts: [Int64] = []
    var completions: [Int: Int64] = [:]
    var error: CoderError?
    /// The most bytes of chunks that were in a batch at once.
    var largestBatch = 0

    /// Sends a batch on: notes what is in it, and clears it as the run does.
    mutating func take(_ batch: inout SourceBatch<Element>) {
        for run in batch.runs {
            if run.isComplete { completions[run.partition.index] = run.position(below: batch.count) }
            for index in run.start..<run.end {
                elements.append(batch.batch[index])
                nexts.append(run.elementPosition(at: index))
            }
        }
        let bytes = (0..<batch.count).map { (batch.batch[$0] as? StreamChunk)?.bytes.count ?? 0 }
        largestBatch = max(largestBatch, bytes.reduce(0, +))
        batch.batch.clear()
        batch.runs.removeAll()
    }
}

extension SplitterOutput where Element == StreamChunk {
    func bytes(of stream: Int = 0) -> [UInt8] {
        elements.filter { $0.stream.index == stream }.flatMap { Array($0.bytes) }
    }

    /// What is wrong with the chunks of a stream: they must follow each other, and end once.
    func faults(of stream: Int = 0, from start: Int64 = 0) -> [String] {
        var faults: [String] = []
        var offset = start
        let chunks = elements.indices.filter { elements[$0].stream.index == stream }
        for index in chunks {
            let chunk = elements[index]
            if chunk.offset != offset { faults.append("a chunk at \(chunk.offset) instead of \(offset)") }
            offset = chunk.offset + Int64(chunk.bytes.count)
            if nexts[index] != offset { faults.append("\(nexts[index]) instead of \(offset) behind a chunk") }
            if chunk.isLast != (index == chunks.last) { faults.append("isLast is \(chunk.isLast) at \(chunk.offset)") }
            if chunk.bytes.isEmpty, !chunk.isLast { faults.append("a chunk without bytes") }
        }
        if completions[stream] != offset { faults.append("complete at \(completions[stream] ?? -1), not \(offset)") }
        return faults
    }
}

/// Feeds chunks to a splitter as the run does.
func run<Instance: SplitterInstance>(
    _ instance: inout Instance, _ chunks: [StreamChunk], limit: Int = 1024
) -> SplitterOutput<Instance.Output> {
    var output = SplitterOutput<Instance.Output>()
    var batch = SourceBatch<Instance.Output>(capacity: limit)
    do {
        for chunk in chunks {
            try instance.push(chunk)
            while try instance.pull(into: &batch) == .batchFull {
                precondition(batch.count > 0, "a splitter said that an empty batch was full")
                output.take(&batch)
            }
        }
    } catch {
        output.error = error as? CoderError
    }
    output.take(&batch)
    return output
}

/// Cuts the bytes of a stream into chunks behind the given places.
func chunks(_ bytes: [UInt8], stream: Int = 0, cuts: [Int]) -> [StreamChunk] {
    let ends = cuts + [bytes.count]
    return zip([0] + cuts, ends).enumerated().map { index, range in
        StreamChunk(
            stream: PartitionID(index: stream), offset: Int64(range.0), bytes: Bytes(bytes[range.0..<range.1]),
            isLast: index == ends.count - 1)
    }
}

/// Cuts the bytes of a stream into chunks of one size.
func chunks(_ bytes: [UInt8], stream: Int = 0, size: Int) -> [StreamChunk] {
    chunks(bytes, stream: stream, cuts: Array(stride(from: size, to: bytes.count, by: size)))
}
