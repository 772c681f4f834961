import Connect
import ConnectTesting

/// What flows in a random pipeline: a value, and the numbers of the source's elements that it stands for.
struct Item: Sendable, Hashable, CustomStringConvertible {
    var value: Int
    var covers: [Int32]
    /// How many items a fold has taken in since it emitted last.
    var taken = 0

    var description: String { "\(value % 10_000)<-\(covers)" }
}

/// Mixes a number, the same way everywhere.
func mix(_ value: Int) -> Int {
    var random = SplitMix(seed: UInt64(bitPattern: Int64(value)))
    return Int(random.next() >> 33)
}

extension Shape: CustomStringConvertible {
    /// Everything that is not as usual, in few words.
    var description: String {
        func short(_ value: Any, _ type: String) -> String {
            let parts = Mirror(reflecting: value).children.compactMap { child -> String? in
                guard let label = child.label, label != "stages", label != "sink" else { return nil }
                let text = "\(child.value)".replacing("SimulationTests.Shape.", with: "")
                    .replacing("Connect.SinkDescriptor.", with: "").replacing("Optional(", with: "(")
                return ["nil", "false", "0.0 seconds"].contains(text) ? nil : "\(label) \(text)"
            }
            return "\(type)(" + parts.joined(separator: ", ") + ")"
        }
        return ([short(self, "shape")] + stages.map { short($0, "stage") } + [short(sink, "sink")])
            .joined(separator: "\n    ")
    }
}

/// A random pipeline, and what happens to it; drawn from a seed.
struct Shape: Sendable {
    enum Order: Sendable { case total, key, unordered }

    enum Work: Sendable {
        case map
        case filter
        case flatMap
        case fold(each: Int?, every: Duration?, isResetting: Bool)

        var isFold: Bool { if case .fold = self { true } else { false } }
        var isMap: Bool { if case .map = self { true } else { false } }
    }

    enum Policy: Sendable { case fail, skip, deadLetter, retrySucceeds, retryThenSkip }

    /// Where a stage throws: at one element of the source or at every so many-th.
    struct Trouble: Sendable {
        var policy: Policy
        var once: Int?
        var modulus = 0

        func hits(_ item: Item) -> Bool {
            if let once { return item.covers.contains { Int($0) == once } }
            return mix(item.value &+ 77) % modulus == 0
        }
    }

    struct Stage: Sendable {
        var work: Work
        var par = 1
        var order = Order.total
        var buffer: Int?
        var limit: Int?
        var throttle: Int?
        var trouble: Trouble?
        var isSlow = false
    }

    struct Target: Sendable {
        var confirmation = SinkDescriptor.Confirmation.write
        var window: Int?
        var mayBlock = false
        var isShuffled = false
        var delay = Duration.zero
        var each: Int?
        var every: Duration?
        var limit: Int?
        var buffer: Int?
        var writeTime = Duration.zero
        var flushTime = Duration.zero
        var failingWrite: Int?
        var failingFlush: Int?
    }

    var seed: UInt64
    var count = 0
    var batchCapacity = 1
    var partitions = 1
    var stages: [Stage] = []
    var sink = Target()
    var hasDuties = false
    var acknowledgesElements = false
    var usesStore = false
    var revokes = false
    var revokeTimeout = Duration.zero
    var waits = false
    var stopAfter: Duration?
    var abortAfter: Duration?
    var checkpointEvery = Duration.milliseconds(1)
    var commitDelay = Duration.zero
    var failingCommits = 0

    /// Whether outputs and positions can be foretold exactly.
    var isStrict: Bool {
        stages.allSatisfy { stage in
            if case .fold(_, let every, _) = stage.work, every != nil { return false }
            return stage.par == 1 || stage.order == .total
        }
    }

    var hasLimit: Bool { sink.limit != nil || stages.contains { $0.limit != nil } }
    var hasFailure: Bool { stages.contains { $0.trouble?.policy == .fail } }
    var hasFold: Bool { stages.contains { $0.work.isFold } }
    var sinkFails: Bool { sink.failingWrite != nil || sink.failingFlush != nil }
    var hasOrderless: Bool { stages.contains { $0.par > 1 && $0.order != .total } }
    var hasUnordered: Bool { stages.contains { $0.par > 1 && $0.order == .unordered } }
}

extension Shape {
    /// Draws a shape.
    init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix(seed: seed &* 7 &+ 1)
        count = [0, 1, 2, 3, 20, 50, 120, 300][random.below(8)]
        batchCapacity = [1, 2, 7, 16, 64, 256][random.below(6)]
        partitions = 1 + random.below(4)
        let isLoose = random.oneIn(3)
        for _ in 0..<random.below(6) { addStage(&random, isLoose: isLoose) }
        drawTrouble(&random)
        drawSink(&random)
        hasDuties = random.oneIn(4)
        usesStore = random.oneIn(3)
        acknowledgesElements = !usesStore && random.oneIn(5)
        revokes = random.oneIn(5)
        revokeTimeout = random.oneIn(3) ? .zero : .microseconds(1 + random.below(20_000))
        waits = random.oneIn(2)
        if random.oneIn(6) { stopAfter = .microseconds(random.below(8_000)) }
        if random.oneIn(12) { abortAfter = .microseconds(random.below(8_000)) }
        checkpointEvery = .microseconds([20, 300, 5_000, 250_000][random.below(4)])
        if random.oneIn(4) { commitDelay = .microseconds(random.below(3_000)) }
        if random.oneIn(6) { failingCommits = 1 + random.below(4) }
    }

    private mutating func addStage(_ random: inout SplitMix, isLoose: Bool) {
        var stage = Stage(work: .map)
        // Behind the fold of a loose shape nothing may drop or multiply what is to be traced.
        let isTraced = isLoose && hasFold
        switch isTraced ? 0 : random.below(7) {
        case 0, 1: stage.work = .map
        case 2, 3: stage.work = .filter
        case 4, 5: stage.work = .flatMap
        default:
            let every: Duration? = isLoose && random.oneIn(2) ? .microseconds(20 + random.below(500)) : nil
            let each = every == nil || random.oneIn(2) ? 1 + random.below(20) : nil
            stage.work = .fold(each: each, every: every, isResetting: every != nil || random.oneIn(2))
        }
        if !stage.work.isFold, random.oneIn(2) {
            stage.par = 1 + random.below(4)
            if isLoose { stage.order = [.total, .key, .unordered, .unordered][random.below(4)] }
        }
        if random.oneIn(5) { stage.buffer = 1 + random.below(16) }
        if random.oneIn(7) { stage.limit = 1 + random.below(count + 5) }
        if random.oneIn(12) { stage.throttle = 1 + random.below(20) }
        if random.oneIn(5), !stage.work.isFold { stage.isSlow = true }
        stages.append(stage)
    }

    private mutating func drawTrouble(_ random: inout SplitMix) {
        guard !stages.isEmpty, random.oneIn(3) else { return }
        let place = random.below(stages.count)
        let policies: [Policy] = [.fail, .fail, .fail, .skip, .deadLetter, .retrySucceeds, .retryThenSkip]
        let policy = policies[random.below(policies.count)]
        var trouble = Trouble(policy: policy)
        if policy == .fail || random.oneIn(3) {
            trouble.once = random.below(count + 1)
        } else {
            trouble.modulus = 2 + random.below(20)
        }
        // What an emission covers depends on time there, and so would what is left out.
        if !isStrict, stages.prefix(place).contains(where: { $0.work.isFold }), policy != .fail { return }
        stages[place].trouble = trouble
    }

    private mutating func drawSink(_ random: inout SplitMix) {
        sink.confirmation = [.write, .flush, .flush, .acknowledgement, .acknowledgement, .close][random.below(6)]
        sink.mayBlock = random.oneIn(2)
        if random.oneIn(3) { sink.window = 1 + random.below(20) }
        sink.isShuffled = random.oneIn(2)
        sink.delay = .microseconds([0, 10, 300][random.below(3)])
        if random.oneIn(2) { sink.each = 1 + random.below(10) }
        if random.oneIn(2) { sink.every = .microseconds(50) }
        if random.oneIn(8) { sink.limit = 1 + random.below(count + 5) }
        if random.oneIn(8) { sink.buffer = 1 + random.below(16) }
        if random.oneIn(5) { sink.writeTime = .microseconds(random.below(100)) }
        if random.oneIn(5) { sink.flushTime = .microseconds(random.below(300)) }
        if random.oneIn(16) { sink.failingWrite = random.below(30) }
        if random.oneIn(16) { sink.failingFlush = random.below(10) }
    }
}

// MARK: what stages do, as pure functions

extension Shape {
    /// What a stage without memory makes of an item; `nil` for what it throws at.
    func outputs(of stage: Int, _ item: Item) -> [Item] {
        switch stages[stage].work {
        case .map: return [Item(value: mix(item.value &+ stage), covers: item.covers, taken: 0)]
        case .filter: return mix(item.value &+ stage) % 3 == 0 ? [] : [item]
        case .flatMap:
            let draw = mix(item.value &+ stage) % 16
            let fan = draw == 15 ? 40 : draw % 4
            return (0..<fan).map { Item(value: mix(item.value &* 31 &+ $0 &+ stage), covers: item.covers) }
        case .fold: return []
        }
    }

    /// How many outputs a stage gives before it throws at an item; nil where it does not throw.
    func throwsAfter(_ stage: Int, _ item: Item) -> Int? {
        guard let trouble = stages[stage].trouble, trouble.policy != .retrySucceeds, trouble.hits(item) else {
            return nil
        }
        guard case .flatMap = stages[stage].work, trouble.policy != .retryThenSkip else { return 0 }
        return mix(item.value) % 3
    }

    func isSlow(_ stage: Int, _ item: Item) -> Bool {
        stages[stage].isSlow && mix(item.value &+ 5) % 20 == 0
    }

    /// Takes an item into the state of a fold; the state says what it stands for since the last emission.
    func take(_ item: Item, into state: inout Item, of stage: Int) {
        guard case .fold(let each, _, let isResetting) = stages[stage].work else { return }
        if !isResetting, state.taken == each {
            state.covers = []
            state.taken = 0
        }
        state.value = mix(state.value &+ item.value)
        state.covers += item.covers
        state.taken += 1
    }
}
