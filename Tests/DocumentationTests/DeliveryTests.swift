import Connect
import ConnectFiles
import Testing

/// The code of the article DeliveryGuarantees.
@Suite("Delivery guarantees")
struct DeliveryTests {
    /// Compiled only: it makes a directory.
    func checkpoints(_ pipeline: Pipeline) async throws {
        let options = RunOptions(checkpoints: DirectoryCheckpointStore("state"), checkpointEvery: .seconds(1))
        try await pipeline.run(options)
    }

    @Test("From file to file the plan promises exactly-once")
    func exactlyOnce() throws {
        let copy = Pipeline("copy")
            .root(FileSource("orders.log", follow: true).lines())
            .to(FileSink("out/orders.log", delivery: .exactlyOnce))
            .trigger(every: .seconds(1))
            .require(.exactlyOnce)
        #expect(try copy.plan().guarantee == .exactlyOnce)
    }

    @Test("What cannot be parsed is rejected after three more tries, all else goes on")
    func errors() async throws {
        let rejected = CollectSink<DeadLetter>()
        let lines = Pipeline("lines").root(ListSource(["1", "x", "3"].map { Bytes($0) }))
        let parsed = lines.map { try parse($0) }
            .named("parse")
            .onError(.retry(max: 3, backoff: .milliseconds(100), otherwise: .deadLetter(rejected)))
        let sink = CollectSink<Int>()
        try await parsed.to(sink).run()
        #expect(sink.elements == [1, 3])
        #expect(rejected.elements.map(\.stage) == ["parse"])
        #expect(rejected.elements.map(\.bytes) == ["x"])
        #expect(rejected.elements.map(\.attempts) == [4])
    }

    @Test("The state of a durable fold outlives its run")
    func durable() async throws {
        let store = MemoryCheckpointStore()
        for _ in 0..<2 {
            let amounts = Pipeline("amounts").root(ListSource(1...4))
            let totals = amounts.durableFold(into: 0) { total, amount in total += amount }
                .trigger(every: .seconds(10))
                .named("total")
            let sink = CollectSink<Int>()
            try await totals.to(sink).run(RunOptions(checkpoints: store))
            #expect(try totals.to(sink).plan().description.contains("total"))
        }
        #expect(store.checkpoint(of: "amounts")?.states["total"]?.hasSuffix("10") == true)
    }
}

private struct NoNumber: Error {}

private func parse(_ line: Bytes) throws -> Int {
    guard let number = Int(line.description) else { throw NoNumber() }
    return number
}
