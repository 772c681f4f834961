import Synchronization
import Testing

@testable import Connect

/// Names partitions as a run does.
final class FakeRegistry: PartitionRegistry {
    private let names = Mutex<[String]>([])

    init(_ names: String...) {
        self.names.withLock { $0 = names }
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

/// An element as it came out of a splitter.
struct Piece<Element: Equatable>: Equatable, CustomStringConvertible {
    var element: Element
    var stream: Int
    var next: Int64
    var isUnterminated = false

    var description: String { "\(stream)@\(next)\(isUnterminated ? "!" : ""):\(element)" }
}

/// All that came out of a splitter.
struct SplitterOutput<Element: Equatable & Sendable>: Equatable {
    var pieces: [Piece<Element>] = []
    var completions: [Int: Int64] = [:]
    var batches = 0
    var error: CoderError?

    static func == (left: SplitterOutput, right: SplitterOutput) -> Bool {
        left.pieces == right.pieces && left.completions == right.completions
            && left.error?.code == right.error?.code && left.error?.offset == right.error?.offset
    }

    func pieces(of stream: Int) -> [Piece<Element>] { pieces.filter { $0.stream == stream } }
}

/// Feeds chunks to a splitter as the run does: pulls until more input is needed, sends batches on when they are full,
/// and now and then before.
///
/// `limit` says how many elements the next batch may have, `sendsEarly` whether a batch that is not full is sent on before
/// the next chunk.
func run<Instance: SplitterInstance>(
    _ instance: inout Instance, _ chunks: [StreamChunk], limit: () -> Int = { 1024 }, sendsEarly: () -> Bool = { false }
) -> SplitterOutput<Instance.Output> where Instance.Output: Equatable {
    var output = SplitterOutput<Instance.Output>()
    var batch = SourceBatch<Instance.Output>(capacity: 1024)
    batch.limit = limit()
    do {
        for chunk in chunks {
            try instance.push(chunk)
            while try instance.pull(into: &batch) == .batchFull {
                #expect(batch.count > 0, "a splitter said that an empty batch was full")
                if batch.count == 0 { return output }
                output.take(&batch)
                batch.limit = limit()
            }
            if sendsEarly() {
                output.take(&batch)
                batch.limit = limit()
            }
        }
    } catch let error as CoderError {
        output.error = error
    } catch {
        Issue.record("not a CoderError: \(error)")
    }
    output.take(&batch)
    return output
}

extension SplitterOutput {
    /// Sends a batch on: notes what is in it, and clears it as the run does.
    mutating func take(_ batch: inout SourceBatch<Element>) {
        if batch.count > 0 { batches += 1 }
        for run in batch.runs {
            if run.isComplete { completions[run.partition.index] = run.position(below: batch.count) }
            for index in run.start..<run.end {
                pieces.append(
                    Piece(
                        element: batch.batch[index], stream: run.partition.index, next: run.elementPosition(at: index)))
            }
        }
        if batch.batch.endsUnterminated { pieces[pieces.count - 1].isUnterminated = true }
        batch.batch.clear()
        batch.runs.removeAll(keepingCapacity: true)
    }
}

/// Cuts the bytes of a stream from a place on into chunks, with buffers of their own or all from one.
func chunks(
    _ bytes: [UInt8], stream: Int = 0, from start: Int = 0, sizes: () -> Int, sharesBuffer: Bool = false
) -> [StreamChunk] {
    let whole = Bytes(bytes)
    var chunks: [StreamChunk] = []
    var next = start
    repeat {
        let end = min(bytes.count, next + sizes())
        chunks.append(
            StreamChunk(
                stream: PartitionID(index: stream), offset: Int64(next),
                bytes: sharesBuffer ? whole[next..<end] : Bytes(bytes[next..<end]), isLast: end == bytes.count))
        next = end
    } while next < bytes.count
    return chunks
}
