import Connect
import ConnectTesting
import Synchronization
import Testing

@Suite struct ContractTests {
    @Test func `sources in memory keep the contract`() throws {
        try SourceContract(of: { count in (ListSource(0..<count), Array(0..<count)) }).verify()
        try SourceContract(of: { count in (GeneratorSource(count: count) { $0 }, Array(0..<Int64(count))) }).verify()
        var options = SourceContract<ScriptedSource<Int>>.Options()
        options.counts = [0, 1, 300]
        try SourceContract(
            of: { count in
                (
                    ScriptedSource([.elements(Array(0..<count)), .idle], isBounded: false, commits: CommitLog()),
                    Array(0..<count)
                )
            }, options
        ).verify()
    }

    @Test func `a source that forgets where it was breaks the contract`() throws {
        let violation = #expect(throws: ContractViolation.self) {
            try SourceContract(of: { count in (ForgetfulSource(count: count), Array(0..<count)) }).verify()
        }
        #expect(violation?.check == "a source of 1 elements gives them all")
        #expect(violation?.message == "1 elements came again after a restart at the end")
    }

    @Test func `sinks in memory keep the contract`() throws {
        try SinkContract(elements: ContractSamples.texts) {
            let sink = CollectSink<String>()
            return SinkContract.Target(sink: sink) { sink.elements }
        }.verify()
        for confirmation in [SinkDescriptor.Confirmation.flush, .close, .acknowledgement] {
            try SinkContract(elements: ContractSamples.bytes) {
                let sink = RecordingSink<Bytes>(
                    confirmation: confirmation, confirmations: .later(upTo: .microseconds(300), seed: 1))
                return SinkContract.Target(sink: sink) {
                    zip(sink.elements, sink.log.confirmed).filter(\.1).map(\.0)
                }
            }.verify()
        }
    }

    @Test func `a sink that confirms too early breaks the contract`() throws {
        let violation = #expect(throws: ContractViolation.self) {
            try SinkContract(elements: [1, 2, 3, 4]) {
                // Says that writing confirms, but can be read only when it is closed.
                let sink = RecordingSink<Int>(confirmation: .write)
                return SinkContract.Target(sink: sink) { sink.log.closes == 0 ? [] : sink.elements }
            }.verify()
        }
        #expect(violation?.check == "what is confirmed has arrived")
    }

    @Test func `coders keep the contract, and one with a memory breaks it`() throws {
        try CoderContract(Doubling(), samples: [(1, 2), (0, 0), (-3, -6)], malformed: [.max, .min]).verify()
        #expect(throws: ContractViolation.self) {
            try CoderContract(Doubling(remembers: true), samples: [(1, 2), (0, 0)]).verify()
        }
    }
}

/// Begins anew in every run.
private struct ForgetfulSource: Source {
    let count: Int
    var descriptor: SourceDescriptor { SourceDescriptor(kind: "ForgetfulSource", isBounded: true) }

    func makeReader() -> Reader { Reader(left: 0..<count) }

    struct Reader: SourceReader {
        var left: Range<Int>
        var partition = PartitionID(index: 0)

        mutating func open(_ context: SourceContext) throws {
            partition = context.partitions.partition(named: "0")
        }

        mutating func poll(into batch: inout SourceBatch<Int>, deadline: MonotonicTime) throws -> SourcePoll {
            while let next = left.popFirst() {
                batch.append(next, partition: partition, offset: Int64(next))
                if batch.isFull { return .ready }
            }
            return .ended
        }
    }
}

private struct Doubling: Coder {
    var remembers = false
    var name: String { "DOUBLE" }

    func makeInstance() -> Instance { Instance(remembers: remembers) }

    struct Instance: CoderInstance {
        let remembers: Bool
        var calls = 0

        mutating func convert(_ input: Int) throws -> Int {
            calls += 1
            let (double, overflow) = input.multipliedReportingOverflow(by: 2)
            if overflow {
                throw CoderError(.limitExceeded, coder: "DOUBLE", "the number is too large to be doubled")
            }
            return remembers && calls > 2 ? double + 1 : double
        }
    }
}
