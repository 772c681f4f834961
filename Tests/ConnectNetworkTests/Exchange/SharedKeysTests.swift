import Connect
import ConnectTesting
import ConnectText
import Logging
import ProcessSupport
import Synchronization
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// A pipeline whose split is by a key: numbers, of which the key is the remainder of a division.
private struct KeyedPipeline: Sendable {
    static let keys = 17
    var count = 6_000
    var workers = 1
    var limit: Int?
    var source = Placement.first
    var isSmall = false
    /// Called at each element in the middle.
    var onElement: @Sendable (_ place: Int, _ number: Int) -> Void = { _, _ in }
    let sink = CollectSink<Bytes>()

    /// Which members have seen a key.
    final class Seen: Sendable {
        let places = Mutex<[Int: Set<Int>]>([:])
    }

    func pipeline(_ place: Int, _ seen: Seen) -> Pipeline {
        let onElement = onElement
        let numbers = (place * 1_000_000)..<(place * 1_000_000 + count)
        // Texts, so that what the keys are keys of is not what crosses.
        let merged = Pipeline("keyed").coders(.text).root(ListSource(numbers)).map { "\($0)" }.on(source)
            .split(by: { (Int($0) ?? 0) % Self.keys })
            .flatMap { (text: String) -> [String] in
                let number = Int(text) ?? 0
                seen.places.withLock { _ = $0[number % Self.keys, default: []].insert(place) }
                onElement(place, number)
                return SharedPipeline.outputs(of: number).map(\.description)
            }.par(workers).merge()
        return (limit.map { merged.limit($0) } ?? merged).to(sink).on(.last)
    }

    func start(_ place: Int, of ports: [Int], ownPort: Int? = nil, _ seen: Seen) throws -> PeersRun {
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var peersOptions = PeersOptions()
        peersOptions.listensAt = try ownPort.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        if isSmall {
            peersOptions.limits.batchBytes = 256
            peersOptions.limits.window = 4096
            peersOptions.limits.heldBytes = 4096
            peersOptions.limits.departing = 2048
            peersOptions.limits.arriving = 2048
        }
        return try PeersRun(
            pipeline(place, seen), peers: try Peers(members, self: .index(place)),
            RunOptions(logger: Logger(label: "member") { _ in SwiftLogNoOpLogHandler() }), peersOptions)
    }

    /// Expects everything once, and of each key and origin in order.
    func expectOrder(origins: Int = 1, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        let output = sink.elements
        for origin in 0..<origins {
            let own = (origin * 1_000_000)..<(origin * 1_000_000 + count)
            for key in 0..<Self.keys {
                let isMeant = { (number: Int) in own.contains(number) && number % Self.keys == key }
                let expected = own.filter(isMeant).flatMap(SharedPipeline.outputs)
                let mine = output.filter { isMeant(SharedPipeline.number(of: $0)) }
                #expect(mine == expected, "key \(key) of origin \(origin)", sourceLocation: sourceLocation)
            }
        }
    }
}

@Suite("A split by key", .serialized)
struct SharedKeysTests {
    // S-NET-2
    @Test(
        "Elements with equal keys go to the same member and come out in their order",
        arguments: [(1, false, Placement.first), (2, true, .first), (2, true, .all)])
    func keepsKeys(workers: Int, isSmall: Bool, source: Placement) throws {
        var keyed = KeyedPipeline()
        keyed.workers = workers
        keyed.isSmall = isSmall
        keyed.source = source
        if source == .all { keyed.count = 2_000 }
        let seen = KeyedPipeline.Seen()
        let ports = try FreePorts.draw(3)
        let runs = try ports.indices.map { try keyed.start($0, of: ports, seen) }
        let reports = try runs.map { try $0.wait() }
        keyed.expectOrder(origins: source == .all ? 3 : 1)
        seen.places.withLock { places in
            #expect(places.count == KeyedPipeline.keys)
            #expect(places.values.allSatisfy { $0.count == 1 })
            #expect(Set(places.values.joined()).count == 3)
        }
        #expect(reports[0].parts[0]?.committed.map(\.offset) == [Int64(keyed.count)])
    }

    // S-NET-5
    @Test("Connections that are cut lose nothing, and keep the order of each key", arguments: seeds(2))
    func cuts(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var keyed = KeyedPipeline()
        keyed.isSmall = true
        let ports = try FreePorts.draw(3)
        let proxies = try ports[1...].map { try LinkProxy(to: $0) }
        defer { for proxy in proxies { proxy.close() } }
        let cuts = Mutex(Set((0..<5).map { _ in Int.random(in: 0..<6_000, using: &random) }))
        keyed.onElement = { _, number in
            if cuts.withLock({ $0.remove(number) }) != nil { proxies[number % 2].cut() }
        }
        let reached = [ports[0]] + proxies.map(\.port)
        let seen = KeyedPipeline.Seen()
        let runs = try ports.indices.map { try keyed.start($0, of: reached, ownPort: ports[$0], seen) }
        for run in runs { _ = try run.wait() }
        keyed.expectOrder()
    }

    // S-NET-4, S-END-3
    @Test("A limit behind the merge is exact, and nothing is committed that is not done", arguments: [1, 100, 4_000])
    func limited(limit: Int) throws {
        var keyed = KeyedPipeline()
        keyed.count = 100_000
        keyed.limit = limit
        keyed.isSmall = true
        let seen = KeyedPipeline.Seen()
        let ports = try FreePorts.draw(3)
        let runs = try ports.indices.map { try keyed.start($0, of: ports, seen) }
        let reports = try runs.map { try $0.wait() }
        let output = keyed.sink.elements
        #expect(output.count == limit)
        let done = Set(output)
        let committed = reports[0].parts[0]?.committed.first.map { Int($0.offset) } ?? 0
        // Of the element that the limit cut the rest is not wanted.
        let last = output.last.map(SharedPipeline.number)
        let missing = (0..<committed).filter { $0 != last }.flatMap(SharedPipeline.outputs).filter {
            !done.contains($0)
        }
        #expect(missing.isEmpty, "\(committed) are committed")
    }

    // S-PLAN-1
    @Test("The hash of a key is the same on every machine and in every run")
    func hashes() {
        let marked = SplitKeys.parts(of: Bytes([0, 0, 0, 0, 0, 0, 1, 2, 65, 66]))
        #expect(marked.hash == 258 && marked.element == "AB")
        #expect(StableHash.value("customer-1".utf8, seed: 0) == 0xcf01_713a_0cc1_9ceb)
    }
}
