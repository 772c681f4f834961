import Connect
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("A pipeline that several instances share")
struct SharedRunTests {
    // S-NET-1, S-NET-3
    @Test(
        "The order of the source comes back behind the merge, whatever the middle makes", arguments: [1, 2, 3], [1, 2])
    func ordered(members: Int, workers: Int) throws {
        var shared = SharedPipeline()
        shared.workers = workers
        let reports = try shared.run(on: members)
        #expect(shared.sink.elements == shared.expected)
        #expect(reports[0].elementsRead == shared.count)
        #expect(reports[members - 1].elementsWritten == shared.expected.count)
        #expect(reports[0].parts[0]?.committed.map(\.offset) == [Int64(shared.count)])
    }

    // S-NET-3
    @Test("It comes back too where everything is so small that all waits for room", arguments: [1, 3])
    func small(workers: Int) throws {
        var shared = SharedPipeline()
        shared.workers = workers
        shared.makeSmall()
        _ = try shared.run(on: 3)
        #expect(shared.sink.elements == shared.expected)
    }

    // S-NET-2
    @Test("Without order everything comes once")
    func unordered() throws {
        var shared = SharedPipeline()
        shared.isOrdered = false
        shared.makeSmall()
        _ = try shared.run(on: 3)
        let expected = Set(shared.expected)
        #expect(shared.sink.elements.count == expected.count)
        #expect(Set(shared.sink.elements) == expected)
    }

    // S-NET-2
    @Test(
        "Source and sink are where they are said to be",
        arguments: [(Placement.last, Placement.first), (.first, .first), (.last, .last)])
    func placed(source: Placement, target: Placement) throws {
        var shared = SharedPipeline()
        shared.source = source
        shared.target = target
        let reports = try shared.run(on: 3)
        #expect(shared.sink.elements == shared.expected)
        #expect(reports[source == .first ? 0 : 2].elementsRead == shared.count)
        #expect(reports[target == .first ? 0 : 2].elementsWritten == shared.expected.count)
    }

    @Test("Nothing of a run that has ended stays in memory", arguments: [1, 3], [nil, 7_000])
    func letsGo(members: Int, limit: Int?) async throws {
        var held: Held? = Held()
        weak let left = held
        try Self.run(on: members, limit, holding: held)
        held = nil
        try await eventually("what the stages hold is given back") { left == nil }
    }

    private final class Held: Sendable {}

    private static func run(on members: Int, _ limit: Int?, holding held: Held?) throws {
        var shared = SharedPipeline()
        shared.limit = limit
        shared.onElement = { _, _ in withExtendedLifetime(held) {} }
        _ = try shared.run(on: members)
        #expect(shared.sink.elements == shared.expected)
    }

    // S-NET-3
    @Test("The order of each origin comes back where all members read", arguments: [1, 2])
    func severalOrigins(workers: Int) throws {
        var shared = SharedPipeline()
        shared.count = 6_000
        shared.source = .all
        shared.workers = workers
        shared.makeSmall()
        shared.numbers = { place, count in (place * 1_000_000)..<(place * 1_000_000 + count) }
        let reports = try shared.run(on: 3)
        for place in 0..<3 {
            let numbers = shared.numbers(place, shared.count)
            let own = shared.sink.elements.filter { numbers.contains(SharedPipeline.number(of: $0)) }
            #expect(own == numbers.flatMap(SharedPipeline.outputs))
            #expect(reports[place].elementsRead == shared.count)
        }
    }

    // S-NET-4, S-END-3
    @Test(
        "A limit behind the merge ends all, and the source is committed as it is by one process",
        arguments: [1, 2, 7, 100, 101, 4_000], [false, true])
    func limited(limit: Int, isSmall: Bool) throws {
        var shared = SharedPipeline()
        shared.count = 1_000_000
        shared.limit = limit
        if isSmall { shared.makeSmall() }
        let reports = try shared.run(on: 3)
        #expect(shared.sink.elements.count == limit)
        var alone = shared
        alone.options.checkpoints = MemoryCheckpointStore()
        let single = try alone.run(on: 1)
        #expect(shared.sink.elements.prefix(limit) == shared.sink.elements.suffix(limit))
        #expect(reports[0].parts[0]?.committed == single[0].parts[0]?.committed)
    }

    // S-NET-4, S-ERR-1
    @Test("A stage that fails on one member fails the pipeline on all, with its name")
    func failing() throws {
        var shared = SharedPipeline()
        shared.onElement = { _, number in
            if number == 7_777 { throw ConnectorError(.malformed, "seven is too many") }
        }
        for failure in try shared.failures(on: 3) {
            #expect(failure.contains("flatMap") && failure.contains("seven is too many"), "\(failure)")
        }
    }

    // S-NET-4
    @Test("An element that no frame has room for is refused where it is made, with its length")
    func tooLong() throws {
        var shared = SharedPipeline()
        shared.peersOptions.limits.frame = 100
        shared.peersOptions.limits.batchBytes = 64
        shared.numbers = { _, _ in 0..<3 }
        _ = try shared.run(on: 2)
        shared.peersOptions.limits.frame = FrameEncoder.fragmentOverhead + 5
        shared.numbers = { _, _ in 0..<30 }
        for failure in try shared.failures(on: 2) {
            #expect(failure.contains("has 2 bytes, and at most 1"), "\(failure)")
        }
    }

    // S-NET-1
    @Test("Members that declare something else refuse each other, and both end")
    func otherPlan() throws {
        let ports = try FreePorts.draw(2)
        var shared = SharedPipeline()
        let first = try shared.start(0, of: ports)
        shared.name = "other"
        let second = try shared.start(1, of: ports)
        for run in [first, second] {
            let error = #expect(throws: PipelineError.self) { try run.wait() }
            #expect(
                error?.code == .peerRefused && error?.message.contains("plan") == true, "\(String(describing: error))")
        }
    }
}
