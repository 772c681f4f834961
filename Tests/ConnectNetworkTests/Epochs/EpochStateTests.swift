import ConnectTesting
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// Members that want changes and hear of those of others, with messages that take any time on their links.
private struct EpochModel {
    private enum Message {
        case change(ListChange)
        case drained(Drained)
    }

    var random: SplitMix
    var states: [EpochState]
    private var links: [[[Message]]]
    /// What each has begun; nil where nothing.
    var begun: [ListChange?]
    var alive: Set<Int>
    /// The change for which each has nothing left to do.
    var finished: [ListChange?]

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        let count = Int.random(in: 2...5, using: &random)
        states = (0..<count).map { EpochState(own: $0, of: count, epoch: 1) }
        links = Array(repeating: Array(repeating: [], count: count), count: count)
        begun = Array(repeating: nil, count: count)
        finished = begun
        alive = Set(0..<count)
    }

    private mutating func tell(_ message: Message, from place: Int) {
        for other in states.indices where other != place && alive.contains(other) {
            links[place][other].append(message)
        }
    }

    mutating func propose(_ place: Int, _ list: [String], _ way: ListChange.Way) {
        guard states[place].change == nil else { return }
        follow(place, states[place].propose(list, way))
    }

    private mutating func follow(_ place: Int, _ reply: EpochState.Reply) {
        guard reply == .adopted, let change = states[place].change, let told = states[place].told else { return }
        tell(.change(change), from: place)
        tell(.drained(told), from: place)
    }

    /// A member is gone; what it has said may or may not have come.
    mutating func kill(_ place: Int) {
        alive.remove(place)
        for other in states.indices where other != place {
            let count = links[place][other].count
            links[place][other].removeLast(Int.random(in: 0...count, using: &random))
            states[other].setAbsent(place, true)
        }
    }

    /// Does one of the things that can happen next.
    ///
    /// - Returns: false where nothing can
    mutating func step() -> Bool {
        var choices: [(from: Int, to: Int)] = []
        for from in states.indices {
            for to in states.indices where !links[from][to].isEmpty && alive.contains(to) { choices.append((from, to)) }
        }
        for place in alive where begun[place] == nil {
            if states[place].isComplete || states[place].isAgreed && finished[place] != states[place].change {
                choices.append((place, place))
            }
        }
        guard let choice = choices.randomElement(using: &random) else { return false }
        choice.from == choice.to ? work(choice.from) : deliver(choice.from, choice.to)
        return true
    }

    private mutating func work(_ place: Int) {
        if states[place].isComplete {
            begun[place] = states[place].change
        } else {
            finished[place] = states[place].change
            if states[place].finish(), let told = states[place].told { tell(.drained(told), from: place) }
        }
    }

    private mutating func deliver(_ from: Int, _ to: Int) {
        let message = links[from][to].removeFirst()
        guard begun[to] == nil else { return }
        switch message {
        case .change(let change): follow(to, states[to].receive(change))
        case .drained(let told):
            if states[to].receive(told), let told = states[to].told { tell(.drained(told), from: to) }
        }
    }
}

@Suite("Changes of the members, as each member knows of them")
struct EpochStateTests {
    // S-NET-5
    @Test("Of changes at once one is made by all, when all who are there are through", arguments: seeds(200))
    func oneWins(seed: UInt64) {
        var model = EpochModel(seed: seed)
        let count = model.states.count
        for _ in 0..<Int.random(in: 1...3, using: &model.random) {
            for _ in 0..<Int.random(in: 0...4, using: &model.random) { _ = model.step() }
            let place = Int.random(in: 0..<count, using: &model.random)
            guard model.alive.contains(place), model.begun[place] == nil else { continue }
            let way = ListChange.Way.allCases.randomElement(using: &model.random) ?? .goOn
            model.propose(place, ["a:\(Int.random(in: 1...2, using: &model.random))"], way)
            if Int.random(in: 0...3, using: &model.random) == 0, model.alive.count > 1 {
                model.kill(Int.random(in: 0..<count, using: &model.random))
            }
        }
        var steps = 0
        while model.step() {
            steps += 1
            if steps > 10_000 { break }
        }
        #expect(steps <= 10_000)
        let begun = model.alive.map { model.begun[$0] }
        #expect(Set(begun).count == 1, "\(begun)")
        guard case let change?? = begun.first else { return }
        for place in model.alive { #expect(model.finished[place] == change) }
    }

    @Test("The same list told to several members is one change, and another one waits")
    func sameList() {
        var first = EpochState(own: 0, of: 2, epoch: 3)
        var second = EpochState(own: 1, of: 2, epoch: 3)
        #expect(first.propose(["a:1"], .goOn) == .adopted)
        #expect(first.propose(["a:1"], .goOn) == .known)
        #expect(second.propose(["a:1"], .goOn) == .adopted)
        guard let change = first.change, let later = second.change else {
            Issue.record("nobody wants anything")
            return
        }
        #expect(change.epoch == 4)
        #expect(first.receive(later) == .outdated)
        #expect(second.receive(change) == .adopted)
        #expect(second.propose(["a:1"], .goOn) == .known)
        #expect(first.receive(ListChange(epoch: 3, place: 1, way: .cut, list: ["b:1"])) == .outdated)
        // What is lost does not wait for an orderly end.
        #expect(first.receive(ListChange(epoch: 4, place: 1, way: .cut, list: ["b:1"])) == .adopted)
    }
}
