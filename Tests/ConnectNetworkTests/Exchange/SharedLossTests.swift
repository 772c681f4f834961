import Connect
import ConnectTesting
import ProcessSupport
import Synchronization
import PeersSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Instances that are lost while they share a pipeline")
struct SharedLossTests {
    // S-NET-5
    @Test("Connections that are cut change nothing of the output", arguments: seeds(4))
    func cuts(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var shared = SharedPipeline()
        shared.count = 6_000
        shared.workers = Int.random(in: 1...2, using: &random)
        if Bool.random(using: &random) { shared.makeSmall() }
        shared.isOrdered = Int.random(in: 0...3, using: &random) > 0
        if Int.random(in: 0...2, using: &random) == 0 {
            shared.source = .all
            shared.count = 2_000
            shared.numbers = { place, count in (place * 2_000)..<(place * 2_000 + count) }
        } else if Int.random(in: 0...2, using: &random) == 0 {
            shared.limit = Int.random(in: 1...6_000, using: &random)
        }
        let ports = try FreePorts.draw(3)
        let proxies = try ports[1...].map { try LinkProxy(to: $0) }
        defer { for proxy in proxies { proxy.close() } }
        let cuts = Mutex(Set((0..<5).map { _ in Int.random(in: 0..<6_000, using: &random) }))
        shared.onElement = { _, number in
            if cuts.withLock({ $0.remove(number) }) != nil { proxies[number % 2].cut() }
        }
        let reached = [ports[0]] + proxies.map(\.port)
        let runs = try ports.indices.map { try shared.start($0, of: reached, ownPort: ports[$0]) }
        for run in runs { _ = try run.wait() }
        shared.expectOutput()
    }

    // S-NET-5
    @Test("A member that only helps may leave and come back")
    func leavesAndReturns() throws {
        var shared = SharedPipeline()
        shared.makeSmall()
        let leaves = Occasion()
        let isBack = Occasion()
        shared.onElement = { place, number in
            if place == 1 { leaves.come() }
            // The others wait for it: what it has is not done without it, and what is kept is bounded.
            if place != 1, number > 1_000 { leaves.wait() }
            if place != 1, number > 10_000 { isBack.wait() }
        }
        let ports = try FreePorts.draw(3)
        let runs = try ports.indices.map { try shared.start($0, of: ports) }
        leaves.wait()
        runs[1].stop()
        _ = try runs[1].wait()
        let again = try shared.start(1, of: ports)
        isBack.come()
        for run in [runs[0], runs[2], again] { _ = try run.wait() }
        #expect(shared.sink.elements == shared.expected)
    }

    // S-NET-5
    @Test("Where the member that merges does not come back, the pipeline fails by its name")
    func losesMerge() throws {
        var shared = SharedPipeline()
        shared.count = 10_000_000
        shared.peersOptions.peerTimeout = .milliseconds(300)
        shared.peersOptions.heartbeatInterval = .milliseconds(50)
        let ports = try FreePorts.draw(3)
        let isUnderWay = Occasion()
        shared.onElement = { place, _ in if place == 2 { isUnderWay.come() } }
        let proxy = try LinkProxy(to: ports[2])
        defer { proxy.close() }
        let reached = [ports[0], ports[1], proxy.port]
        let runs = try ports.indices.map { try shared.start($0, of: reached, ownPort: ports[$0]) }
        isUnderWay.wait()
        proxy.swallow()
        for (place, run) in runs.enumerated() {
            let error = #expect(throws: PipelineError.self) { try run.wait() }
            #expect(error?.code == .peerLost)
            #expect(error?.message.contains("member \(place == 2 ? 0 : 2)") == true, "\(String(describing: error))")
        }
    }

    // S-NET-5
    @Test("Where only one in the middle misses the member that reads, it fails alone, and the others do its work")
    func missesReader() throws {
        var shared = SharedPipeline()
        shared.makeSmall()
        shared.peersOptions.peerTimeout = .milliseconds(300)
        shared.peersOptions.heartbeatInterval = .milliseconds(50)
        let isUnderWay = Occasion()
        let isAlone = Occasion()
        shared.onElement = { place, number in
            if place == 1 { isUnderWay.come() }
            if place != 1, number > 1_000 { isAlone.wait() }
        }
        let ports = try FreePorts.draw(3)
        // Whoever comes first in the list dials: only the reader reaches the second by this way.
        let proxy = try LinkProxy(to: ports[1])
        defer { proxy.close() }
        let reached = [ports[0], proxy.port, ports[2]]
        let runs = try ports.indices.map { try shared.start($0, of: reached, ownPort: ports[$0]) }
        isUnderWay.wait()
        proxy.swallow()
        let error = #expect(throws: PipelineError.self) { try runs[1].wait() }
        #expect(error?.code == .peerLost)
        #expect(error?.message.contains("member 0") == true, "\(String(describing: error))")
        isAlone.come()
        for run in [runs[0], runs[2]] { _ = try run.wait() }
        shared.expectOutput()
    }
}
