import Connect
import ConnectTesting
import PeersSupport
import ProcessSupport
import Synchronization
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("A stage that fails on one of several instances", .timeLimit(.minutes(15)))
struct SharedFailureTests {
    enum Part: CaseIterable {
        case read
        case between
        case merged
    }

    /// A pipeline that fails at a number, with a store of its own.
    private static func failing(
        _ part: Part, at number: Int
    ) -> (shared: SharedPipeline, store: MemoryCheckpointStore) {
        let store = MemoryCheckpointStore()
        var shared = SharedPipeline()
        shared.options.checkpoints = store
        // Nothing is to end only because its time is over.
        shared.options.shutdownTimeout = .seconds(3_600)
        let check = { @Sendable (found: Int) in
            if found == number { throw ConnectorError(.malformed, "\(found) is too many") }
        }
        switch part {
        case .read: shared.onRead = check
        case .between: shared.onElement = { _, found in try check(found) }
        case .merged:
            let output = SharedPipeline.outputs(of: number).last
            shared.onMerged = { if $0 == output { try check(SharedPipeline.number(of: $0)) } }
        }
        return (shared, store)
    }

    private static func committed(_ store: MemoryCheckpointStore) -> [Int64]? {
        store.checkpoint(of: "shared")?.positions.values.joined().map(\.offset)
    }

    // S-NET-4, S-ERR-2
    @Test(
        "As much comes out, and is committed, as of one process, and all fail with its name", arguments: Part.allCases,
        [3, 26, 7_777, 19_999])
    func exact(part: Part, number: Int) throws {
        for (workers, isSmall) in [(1, false), (2, true)] {
            var (shared, store) = Self.failing(part, at: number)
            shared.workers = workers
            if isSmall { shared.makeSmall() }
            let failures = try shared.failures(on: 3)
            for failure in failures { #expect(failure.contains("\(number) is too many"), "\(failure)") }
            // Who reads can say where in the source that is.
            #expect(failures[0].contains("@\(number)"), "\(failures[0])")
            let (alone, own) = Self.failing(part, at: number)
            #expect(try alone.failures(on: 1).allSatisfy { $0.contains("\(number) is too many") })
            #expect(shared.sink.elements == alone.sink.elements)
            #expect(Self.committed(store) == [Int64(number)])
            #expect(Self.committed(store) == Self.committed(own))
        }
    }

    // S-NET-4, S-NET-5, S-ERR-2
    @Test("So it is where connections are cut meanwhile", arguments: seeds(6))
    func cut(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        // One of which something comes out.
        let number = Int.random(in: 200..<1_600, using: &random) * 5 + Int.random(in: 1...4, using: &random)
        let part = Part.allCases.randomElement(using: &random) ?? .between
        var (shared, store) = Self.failing(part, at: number)
        shared.makeSmall()
        shared.workers = Int.random(in: 1...3, using: &random)
        let ports = try FreePorts.draw(3)
        let proxies = try ports[1...].map { try LinkProxy(to: $0) }
        defer { for proxy in proxies { proxy.close() } }
        let cuts = Mutex(Set((0..<5).map { _ in Int.random(in: number - 1_000..<number + 10, using: &random) }))
        let check = shared.onElement
        shared.onElement = { place, found in
            if cuts.withLock({ $0.remove(found) }) != nil { proxies[found % 2].cut() }
            try check(place, found)
        }
        let reached = [ports[0]] + proxies.map(\.port)
        let runs = try ports.indices.map { try shared.start($0, of: reached, ownPort: ports[$0]) }
        for run in runs {
            let error = #expect(throws: PipelineError.self) { try run.wait() }
            #expect(error.map { "\($0)".contains("\(number) is too many") } == true, "\(String(describing: error))")
        }
        let before = (0..<number).flatMap(SharedPipeline.outputs)
        #expect(shared.sink.elements.starts(with: before))
        #expect(Self.committed(store) == [Int64(number)])
    }

    // S-NET-4, S-ERR-2
    @Test("Without order what is committed has come out, and all fail with its name")
    func unordered() throws {
        var (shared, store) = Self.failing(.between, at: 7_777)
        shared.isOrdered = false
        shared.makeSmall()
        for failure in try shared.failures(on: 3) { #expect(failure.contains("7777 is too many"), "\(failure)") }
        let committed = Int(try #require(Self.committed(store)?.first))
        #expect(committed <= 7_777)
        #expect(Set(shared.sink.elements).isSuperset(of: (0..<committed).flatMap(SharedPipeline.outputs)))
    }

    // S-NET-4, S-END-4
    @Test("What does not come to its end in time does not keep the members", arguments: [Part.read, .between])
    func stuck(part: Part) throws {
        var (shared, store) = Self.failing(part, at: 4_321)
        shared.makeSmall()
        shared.options.shutdownTimeout = .milliseconds(300)
        let isOver = Occasion()
        shared.onMerged = { if SharedPipeline.number(of: $0) == 1_234 { isOver.wait() } }
        // So that what comes behind it reaches the failure.
        shared.peersOptions.limits.arriving = 1 << 20
        shared.peersOptions.limits.heldBytes = 1 << 20
        shared.peersOptions.limits.window = 1 << 20
        shared.options.batchCapacity = 64
        for failure in try shared.failures(on: 3) { #expect(failure.contains("4321 is too many"), "\(failure)") }
        #expect(try #require(Self.committed(store)?.first) <= 1_234)
        isOver.come()
    }

    // S-NET-4, S-ERR-2, S-TRG-2
    @Test("Others that read without end stop, and a fold emits what was committed", arguments: Part.allCases)
    func severalOrigins(part: Part) throws {
        let stores = (0..<3).map { _ in MemoryCheckpointStore() }
        let sums = CollectSink<Int>()
        let bad = 1_000_500
        let check = { @Sendable (line: Bytes, found: Part) in
            if part == found, SharedPipeline.number(of: line) == bad {
                throw ConnectorError(.malformed, "\(bad) is too many")
            }
        }
        let ports = try FreePorts.draw(3)
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        let runs = try ports.indices.map { place in
            let first = place * 1_000_000
            let pipeline = Pipeline("shared").root(ListSource(first..<first + 900_000)).map { number -> Bytes in
                let line = Bytes("\(number)")
                try check(line, .read)
                return line
            }.on(.all).split().map { line -> Bytes in
                try check(line, .between)
                return line
            }.mergeOrdered().map { line -> Bytes in
                try check(line, .merged)
                return line
            }.fold(0) { sum, _ in sum + 1 }.trigger(each: 100_000_000).to(sums)
            var shared = SharedPipeline()
            shared.makeSmall()
            shared.options.checkpoints = stores[place]
            return try PeersRun(
                pipeline, peers: try Peers(members, self: .index(place)), shared.options, shared.peersOptions)
        }
        for run in runs {
            let error = #expect(throws: PipelineError.self) { try run.wait() }
            #expect(error.map { "\($0)".contains("\(bad) is too many") } == true, "\(String(describing: error))")
        }
        let committed = stores.map { Self.committed($0)?.first ?? 0 }
        #expect(committed[1] == 500)
        #expect(sums.elements.map(Int64.init) == [committed.reduce(0, +)])
    }
}
