import Foundation
import Logging
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("File sinks at the end of a pipeline")
struct SinkPipelineTests {
    private let lines = (0..<5000).map { Bytes("line \($0)") }

    private var text: String { lines.map { "\($0)\n" }.joined() }

    private func options(_ store: any CheckpointStore) -> RunOptions {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return RunOptions(checkpoints: store, checkpointEvery: .milliseconds(1), logger: logger, batchCapacity: 64)
    }

    /// Lines that stop the run at one of them, as a fault in the middle would.
    private func pipeline(failingAt number: Int?, to sink: FileSink) -> Pipeline {
        Pipeline("orders").root(ListSource(lines))
            .map { line in
                if let number, line == Bytes("line \(number)") {
                    throw ConnectorError(.malformed, "the test fails here")
                }
                return line
            }
            .to(sink)
            .trigger(each: 700)
    }

    // S-ACK-6, S-ERR-2
    @Test(arguments: [nil, RollPolicy(count: 300)])
    func `runs that fail and go on write every line once`(roll: RollPolicy?) async throws {
        let directory = try TemporaryDirectory()
        let sink = FileSink(directory.file("out"), roll: roll, delivery: .exactlyOnce)
        for number in [10, 1000, 1001, 4999] {
            await #expect(throws: PipelineError.self) {
                try await pipeline(failingAt: number, to: sink).run(options(MemoryCheckpointStore()))
            }
        }
        for _ in 0..<2 { try await pipeline(failingAt: nil, to: sink).run(options(MemoryCheckpointStore())) }
        let outputs = directory.names.filter { roll == nil ? $0 == "out" : $0.hasPrefix("out.0") }
        #expect(outputs.map { directory.contents($0) ?? "" }.joined() == text)
        #expect(!directory.names.contains { $0.hasSuffix(".partial") })
    }

    // S-ACK-3, S-ACK-8
    @Test func `a run with a checkpoint directory goes on where it stopped`() async throws {
        let directory = try TemporaryDirectory()
        let sink = FileSink(directory.file("out"))
        await #expect(throws: PipelineError.self) {
            try await pipeline(failingAt: 3000, to: sink).run(
                options(DirectoryCheckpointStore(directory.file("state"))))
        }
        try await pipeline(failingAt: nil, to: sink).run(options(DirectoryCheckpointStore(directory.file("state"))))
        #expect(directory.contents("out") == text)
    }

    // S-ACK-3: the positions of a file that appears as a whole are committed once it is there.
    @Test func `a file that appears as a whole confirms its elements when it has its name`() async throws {
        let directory = try TemporaryDirectory()
        let sink = FileSink(directory.file("out"), mode: .create)
        let store = MemoryCheckpointStore()
        let report = try await pipeline(failingAt: nil, to: sink).run(options(store))
        #expect(directory.contents("out") == text)
        #expect(report.committed.map(\.offset) == [5000])
    }

    @Test func `a file that could not get its name confirms nothing`() async throws {
        let files = MemoryFileSystem()
        files.fail("rename out.temporary out", with: ConnectorError(SystemError(number: EIO), cannot: "rename"))
        let sink = FileSink("out", mode: .create, fileSystem: files)
        let store = DirectoryCheckpointStore("state", fileSystem: files)
        await #expect(throws: PipelineError.self) {
            try await pipeline(failingAt: nil, to: sink).run(options(store))
        }
        let text = Bytes(files.contents(of: "state/orders.checkpoint") ?? "")
        let committed = text.isEmpty ? [] : try CheckpointText.decode(text).positions.values.flatMap(\.self)
        #expect(committed.allSatisfy { $0.offset == 0 })
        #expect(files.contents(of: "out") == nil)
    }

    // Case 91
    @Test func `a full device fails the run`() async throws {
        let error = await #expect(throws: PipelineError.self) {
            try await pipeline(failingAt: nil, to: FileSink("/dev/full")).run(options(MemoryCheckpointStore()))
        }
        #expect((error?.cause as? ConnectorError)?.code == .noSpace)
    }
}
