import Connect
import ConnectTesting
import Testing

/// A pipeline that is cut at its network stages: each part is a plan that one process runs.
@Suite struct PlanPartTests {
    private static let numbers = Array(0..<1000)

    private static func pipeline(_ sink: RecordingSink<Int>) -> Pipeline {
        Pipeline("crossing").root(ListSource(numbers)).filter { $0 % 7 != 0 }
            .split().flatMap { $0.isMultiple(of: 2) ? [$0, -$0] : [$0] }.par(2).mergeOrdered()
            .map { $0 * 10 }.to(sink)
            .coders(CoderRegistry().adding(DecimalEncoder()).adding(DecimalDecoder()))
    }

    // S-NET-1, S-PLAN-1
    @Test("The parts, one after the other, give what the whole would give", arguments: [1, 2, 3] as [UInt64])
    func partsMakeTheWhole(seed: UInt64) throws {
        let output = RecordingSink<Int>()
        let plan = try Self.pipeline(output).plan()
        #expect(plan.networkStages == [NetworkStage(.split), NetworkStage(.orderedMerge)])
        let crossings = [RecordingSink<Bytes>(), RecordingSink<Bytes>()]
        try SeededScheduler.run(seed: seed) { scheduler in
            for number in 0...2 {
                let entry = number == 0 ? nil : PartEntry(ListSource(crossings[number - 1].elements))
                let exit = number == 2 ? nil : PartExit(crossings[number])
                let part = plan.part(number, entry: entry, exit: exit)
                _ = try PipelineRun(part, .quiet(on: scheduler)).wait()
            }
        }
        let expected = Self.numbers.filter { $0 % 7 != 0 }.flatMap { $0.isMultiple(of: 2) ? [$0, -$0] : [$0] }
        #expect(output.elements == expected.map { $0 * 10 })
        #expect(crossings[0].elements.count == Self.numbers.count { $0 % 7 != 0 })
    }

    // S-PLAN-4
    @Test func `The whole is refused by one process, and opens nothing`() throws {
        let output = RecordingSink<Int>()
        let error = #expect(throws: PlanError.self) { try PipelineRun(Self.pipeline(output), RunOptions()) }
        #expect(error?.findings.map(\.stage) == ["split-3", "mergeOrdered-5"])
        #expect(output.log.entries.isEmpty)
    }
}

/// Numbers as decimal digits.
private struct DecimalEncoder: Coder {
    let name = "DECIMAL-ENCODE"

    func makeInstance() -> Instance { Instance() }

    struct Instance: CoderInstance {
        func convert(_ input: Int) -> Bytes { Bytes(String(input)) }
    }
}

private struct DecimalDecoder: Coder {
    let name = "DECIMAL-DECODE"

    func makeInstance() -> Instance { Instance() }

    struct Instance: CoderInstance {
        func convert(_ input: Bytes) throws -> Int {
            guard let number = String(validating: input).flatMap({ Int($0) }) else {
                throw CoderError(.malformed, coder: "DECIMAL-DECODE", "is no number")
            }
            return number
        }
    }
}
