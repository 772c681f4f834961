import Connect
import ConnectTesting
import Testing

/// What becomes of an error of a source or a sink.
@Suite struct ConnectorErrorTests {
    // S-ERR-2
    @Test(arguments: [1, 3])
    func `A source that fails delivers what it had read before, and that is committed`(par: Int) throws {
        let commits = CommitLog()
        let failure = ConnectorError(.inputOutput, "the disk is gone")
        let source = ScriptedSource<Int>(
            [.elements(Array(0..<50)), .fail(failure), .elements([50])], commits: commits)
        let sink = RecordingSink<Int>(confirmation: .flush)
        let error = #expect(throws: PipelineError.self) {
            try simulate { _ in Pipeline("source").root(source).map { $0 }.par(par).to(sink) }
        }
        #expect(error?.code == .sourceFailed)
        #expect(error?.stage == "ScriptedSource")
        #expect(error?.cause is ConnectorError)
        #expect(sink.elements == Array(0..<50))
        #expect(commits.position(in: "0")?.offset == 50)
        #expect(source.log.closes == 1)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let behaviour: @Sendable (inout RecordingSink<Int>.Behaviour) -> Void
    }

    static let faults = [
        Fault(testDescription: "open", behaviour: { $0.failsToOpen = true }),
        Fault(testDescription: "the first write", behaviour: { $0.failingWrite = 0 }),
        Fault(testDescription: "a later write", behaviour: { $0.failingWrite = 3 }),
        Fault(testDescription: "the first flush", behaviour: { $0.failingFlush = 0 }),
        Fault(testDescription: "a later flush", behaviour: { $0.failingFlush = 2 }),
        Fault(testDescription: "close", behaviour: { $0.failsToClose = true }),
    ]

    // S-ERR-2, S-ACK-3
    @Test(
        "A sink that fails stops the pipeline, and nothing that it has not confirmed is committed", arguments: faults,
        Confirming.all + Confirming.late)
    func sinkFails(_ fault: Fault, _ confirming: Confirming) throws {
        for par in [1, 4] {
            var behaviour = RecordingSink<Int>.Behaviour()
            fault.behaviour(&behaviour)
            let sink = confirming.make(behaviour: behaviour)
            let commits = CommitLog()
            let source = ScriptedSource<Int>([.elements(Array(0..<200))], commits: commits)
            let error = #expect(throws: PipelineError.self) {
                try simulate(seed: UInt64(par), options: { $0.checkpointEvery = .microseconds(50) }) { _ in
                    Pipeline("sink").root(source).map { $0 }.par(par).to(sink).trigger(each: 20)
                }
            }
            #expect(error?.code == .sinkFailed)
            #expect(error?.stage == "RecordingSink")
            let confirmed = sink.log.confirmed.prefix { $0 }.count
            #expect(commits.position(in: "0")?.offset ?? 0 <= Int64(confirmed))
            if behaviour.failsToOpen {
                #expect(source.log.starts.isEmpty, "the source was opened")
            } else {
                #expect(sink.log.closes == 1)
                #expect(source.log.closes == 1)
            }
        }
    }

    // S-ERR-2: the error of a stage does not keep the sink from what came before it.
    @Test(arguments: Confirming.all + Confirming.late)
    func `Behind a failed stage every kind of sink is flushed, and confirms`(_ confirming: Confirming) throws {
        let sink = confirming.make()
        let store = MemoryCheckpointStore()
        #expect(throws: PipelineError.self) {
            try simulate(options: { $0.checkpoints = store }) { _ in
                Pipeline("stage").root(ListSource(0..<100)).map { element in
                    if element == 60 { throw Broken() }
                    return element
                }.par(3).to(sink)
            }
        }
        #expect(sink.elements == Array(0..<60))
        #expect(sink.log.confirmed.allSatisfy { $0 })
        #expect(sink.log.flushes == 1)
        #expect(store.offset(of: "stage") == 60)
    }

    // S-ERR-1: a dead letter sink that fails is a failure of the stage that needs it.
    @Test func `A dead letter sink that fails stops the pipeline`() throws {
        var behaviour = RecordingSink<DeadLetter>.Behaviour()
        behaviour.failingWrite = 0
        let letters = RecordingSink<DeadLetter>(behaviour: behaviour)
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<100))], isBounded: false, commits: commits)
        let error = #expect(throws: PipelineError.self) {
            try simulate { _ in
                Pipeline("letters").root(source).map { element in
                    if element == 5 { throw Broken() }
                    return element
                }.onError(.deadLetter(letters)).to(CollectSink())
            }
        }
        #expect(error?.code == .sinkFailed)
        #expect(commits.position(in: "0")?.offset ?? 0 <= 5)
    }
}
