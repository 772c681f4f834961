import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// Members come and go while the pipeline runs.
@Suite("A pipeline whose members change while it runs")
struct SharedChangeTests {
    /// Lets the middle wait at an element until something has happened.
    private struct Steps: Sendable {
        let isReached = Occasion()
        let mayGoOn = Occasion()

        func pass(_ number: Int, at stop: Int) {
            guard number >= stop else { return }
            isReached.come()
            mayGoOn.wait()
        }
    }

    private static func addresses(_ ports: [Int]) throws -> [PeerAddress] {
        try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
    }

    // S-NET-5
    @Test("A member that is added helps, and one that is taken away ends well", arguments: [true, false])
    func addedAndTaken(isOrdered: Bool) throws {
        var shared = SharedPipeline()
        shared.isOrdered = isOrdered
        shared.makeSmall()
        let ports = try FreePorts.draw(3)
        shared.source = .node("127.0.0.1:\(ports[0])")
        shared.target = .node("127.0.0.1:\(ports[2])")
        let helped = Occasion()
        let first = Steps()
        let second = Steps()
        shared.onElement = { place, number in
            // Places are those at which the member was started.
            if place == 1 { helped.come() }
            if place == 0 {
                first.pass(number, at: 3_000)
                second.pass(number, at: 12_000)
            }
        }
        let two = [ports[0], ports[2]]
        let all = try Self.addresses(ports)
        let runs = [try shared.start(0, of: two), try shared.start(1, of: two, named: 2)]
        first.isReached.wait()
        // It knows of a list that the others have not been told yet.
        let added = try shared.start(1, of: ports)
        #expect(try runs[0].set(all).epoch == 2)
        first.mayGoOn.come()
        helped.wait()
        second.isReached.wait()
        #expect(try runs[1].members().members.map(\.address) == all)
        // Told to both at once, it is one change.
        let fewer = try Self.addresses(two)
        #expect(try runs[1].set(fewer).epoch == 3)
        _ = try? runs[0].set(fewer)
        second.mayGoOn.come()
        _ = try added.wait()
        for run in runs { _ = try run.wait() }
        shared.expectOutput()
    }

    // S-NET-5
    @Test("Members are shown and changed from outside, and one change keeps another one out")
    func control() throws {
        var shared = SharedPipeline()
        shared.makeSmall()
        shared.peersOptions.security = LinkSecrets.right
        let ports = try FreePorts.draw(3)
        let steps = Steps()
        shared.onElement = { place, number in if place == 0 { steps.pass(number, at: 1_000) } }
        shared.target = .first
        let runs = try ports.indices.map { try shared.start($0, of: ports) }
        let members = try Self.addresses(ports)
        steps.isReached.wait()
        let control = PeersControl(at: members[2], security: LinkSecrets.right)
        let state = try control.list()
        #expect(state.place == 2 && state.epoch == 1 && state.members.map(\.address) == members)
        // The change waits for what is on its way; another one is refused meanwhile, wherever it is asked for.
        #expect(try runs[2].set(Array(members.prefix(2))).epoch == 2)
        let error = #expect(throws: PeersError.self) { try runs[2].set([members[0], members[2]]) }
        #expect(error?.message.contains("another change is under way") == true, "\(String(describing: error))")
        steps.mayGoOn.come()
        _ = try runs[2].wait()
        for run in runs.prefix(2) { _ = try run.wait() }
        shared.expectOutput()
    }

    // S-NET-5
    @Test("Of two different lists at once one is made everywhere", arguments: seeds(3))
    func twoLists(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var shared = SharedPipeline()
        shared.makeSmall()
        shared.target = .first
        let ports = try FreePorts.draw(3)
        let steps = Steps()
        shared.onElement = { place, number in if place == 0 { steps.pass(number, at: 1_000) } }
        let runs = try ports.indices.map { try shared.start($0, of: ports) }
        let members = try Self.addresses(ports)
        steps.isReached.wait()
        let lists = [[members[0], members[1]], [members[0], members[2]]]
        for place in [1, 2].shuffled(using: &random) { _ = try? runs[place].set(lists[place - 1]) }
        steps.mayGoOn.come()
        for run in runs { _ = try run.wait() }
        shared.expectOutput()
    }

    // S-NET-5, S-NET-3
    @Test("Where one member runs the whole, another one is taken from the list, and the rest ends with it")
    func whole() throws {
        let members = try Self.addresses(try FreePorts.draw(3))
        let sink = CollectSink<Bytes>()
        let steps = Steps()
        let pipeline = Pipeline("whole").root(ListSource(0..<2_000)).map { number in
            steps.pass(number, at: 1_000)
            return Bytes("\(number)")
        }.to(sink).on(.first)
        let runs = try members.indices.map { try PeersRun(pipeline, peers: try Peers(members, self: .index($0))) }
        steps.isReached.wait()
        #expect(try runs[1].set(Array(members.prefix(2))).epoch == 2)
        _ = try runs[2].wait()
        steps.mayGoOn.come()
        #expect(try runs.prefix(2).map { try $0.wait().elementsWritten } == [2_000, 0])
        #expect(sink.elements == (0..<2_000).map { Bytes("\($0)") })
    }

    // S-NET-5
    @Test("A change that would lose what a member has in memory is refused, and the pipeline goes on")
    func refused() throws {
        var shared = SharedPipeline()
        shared.makeSmall()
        let ports = try FreePorts.draw(3)
        let steps = Steps()
        shared.onElement = { place, number in if place == 0 { steps.pass(number, at: 1_000) } }
        let two = Array(ports.prefix(2))
        let runs = try two.indices.map { try shared.start($0, of: two) }
        steps.isReached.wait()
        let error = #expect(throws: PeersError.self) { try runs[0].set(try Self.addresses(Array(ports.suffix(2)))) }
        #expect(
            error?.code == .changeRefused && error?.message.contains("memory") == true, "\(String(describing: error))")
        steps.mayGoOn.come()
        for run in runs { _ = try run.wait() }
        shared.expectOutput()
    }
}
