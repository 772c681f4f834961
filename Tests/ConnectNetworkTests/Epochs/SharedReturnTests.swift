import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Members that read or merge, and are stopped and started again")
struct SharedReturnTests {
    private static func waiting() -> SharedPipeline {
        var shared = SharedPipeline()
        shared.makeSmall()
        shared.options.checkpoints = MemoryCheckpointStore()
        shared.options.checkpointEvery = .milliseconds(20)
        shared.peersOptions.whenHostIsLost = .wait(atMost: .seconds(600))
        return shared
    }

    // S-NET-5, S-END-4
    @Test(
        "One that is stopped orderly leaves nothing undone, and all go on when it is back", arguments: [0, 1, 2],
        [false, true])
    func stoppedAndStarted(place: Int, isOrdered: Bool) throws {
        var shared = Self.waiting()
        shared.isOrdered = isOrdered
        let isReached = Occasion()
        let isBack = Occasion()
        shared.onElement = { _, number in
            if number > 3_000 { isReached.come() }
            if number > 15_000 { isBack.wait() }
        }
        let ports = try FreePorts.draw(3)
        var runs = try ports.indices.map { try shared.start($0, of: ports) }
        isReached.wait()
        runs[place].stop()
        // What the one that is stopped has read goes to its end, wherever that is.
        isBack.come()
        _ = try runs[place].wait()
        runs[place] = try shared.start(place, of: ports)
        for run in runs { _ = try run.wait() }
        shared.expectOutput()
    }

    // S-NET-5
    @Test("One that is lost is waited for, and what was not done comes again", arguments: [0, 2])
    func lostAndStarted(place: Int) throws {
        let shared = Self.waiting()
        let ports = try FreePorts.draw(3)
        let isReached = Occasion()
        var pausing = shared
        pausing.onElement = { _, number in if number > 3_000 { isReached.come() } }
        var runs = try ports.indices.map { try pausing.start($0, of: ports) }
        isReached.wait()
        runs[place].abort()
        _ = try? runs[place].wait()
        runs[place] = try pausing.start(place, of: ports)
        for run in runs { _ = try run.wait() }
        let output = shared.sink.elements
        #expect(Set(output) == Set(shared.expected))
        // In the order of the source, each time from where it was committed.
        let firsts = output.reduce(into: (seen: Set<Bytes>(), list: [Bytes]())) { state, element in
            if state.seen.insert(element).inserted { state.list.append(element) }
        }
        #expect(firsts.list == shared.expected)
    }

    // S-NET-5, S-TRG-2
    @Test("A fold behind the merge does not emit because the members change", arguments: [0, 2])
    func folds(place: Int) throws {
        let shared = Self.waiting()
        let sums = CollectSink<Int>()
        let isReached = Occasion()
        let isStopped = Occasion()
        let pipeline = Pipeline("sums").root(ListSource(0..<10_500)).map { Bytes("\($0)") }.split().map { line in
            if SharedPipeline.number(of: line) > 3_500 { isReached.come() }
            if SharedPipeline.number(of: line) > 9_000 { isStopped.wait() }
            return line
        }.mergeOrdered().fold(0, resetting: true) { $0 + SharedPipeline.number(of: $1) }.trigger(each: 1_000).to(sums)
        let ports = try FreePorts.draw(3)
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        let start = { place in
            try PeersRun(pipeline, peers: try Peers(members, self: .index(place)), shared.options, shared.peersOptions)
        }
        var runs = try ports.indices.map { try start($0) }
        isReached.wait()
        runs[place].stop()
        isStopped.come()
        _ = try runs[place].wait()
        runs[place] = try start(place)
        for run in runs { _ = try run.wait() }
        let expected = stride(from: 0, to: 10_500, by: 1_000).map { ($0..<min($0 + 1_000, 10_500)).reduce(0, +) }
        #expect(sums.elements == expected)
    }

    // S-NET-5, S-ACK-6
    @Test("One that reads and is lost is taken from the list, and the next one goes on where it was committed")
    func replaced() throws {
        var shared = Self.waiting()
        shared.options.checkpoints = CommonStore()
        let isReached = Occasion()
        let isChanged = Occasion()
        shared.onElement = { _, number in
            if number > 3_000 { isReached.come() }
            if number > 12_000 { isChanged.wait() }
        }
        let ports = try FreePorts.draw(3)
        let runs = try ports.indices.map { try shared.start($0, of: ports) }
        isReached.wait()
        runs[0].abort()
        isChanged.come()
        #expect(throws: PipelineError.self) { try runs[0].wait() }
        let rest = try ports.dropFirst().map { try PeerAddress(host: "127.0.0.1", port: $0) }
        _ = try runs[1].set(rest)
        for run in runs.dropFirst() { _ = try run.wait() }
        let output = shared.sink.elements
        #expect(Set(output) == Set(shared.expected))
    }

    /// A store that all members find.
    private struct CommonStore: CheckpointStore {
        let store = MemoryCheckpointStore()

        func open(pipeline: String) throws -> Checkpoint? { try store.open(pipeline: pipeline) }
        func save(_ checkpoint: Checkpoint) throws { try store.save(checkpoint) }
        func close() {}
    }

    // S-NET-5
    @Test("Nobody that reads or merges within the time for a start is an end, with their names")
    func alone() throws {
        var shared = SharedPipeline()
        shared.peersOptions.startTimeout = .milliseconds(200)
        let ports = try FreePorts.draw(3)
        let run = try shared.start(1, of: ports)
        let error = #expect(throws: PipelineError.self) { try run.wait() }
        #expect(error?.code == .peerLost)
        #expect(
            error?.message.contains("127.0.0.1:\(ports[0])") == true
                && error?.message.contains("127.0.0.1:\(ports[2])") == true, "\(String(describing: error))")
    }
}
