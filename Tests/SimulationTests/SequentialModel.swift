/// What a shape makes of what the source gave, one element after the other: the truth that a run is judged by.
struct SequentialModel {
    private struct Stop: Error {}

    private let shape: Shape
    private var states: [Item]
    private var left: [Int]
    private var sinkLeft: Int
    /// The element of the source that is being processed; nil at the end.
    private var current: Int?

    /// What the sink gets, in order.
    private(set) var outputs: [Item] = []
    /// The first element that is not to be committed.
    private(set) var end: Int
    /// Where else the end may be: the limit's own element would have failed further on, which may be seen first.
    private(set) var otherEnd: Int?
    private(set) var hasFailed = false
    private(set) var hasReachedLimit = false
    /// The element of each dead letter, in order.
    private(set) var buried: [Int32] = []
    /// Elements of which something was left out by an error policy.
    private(set) var skipped: Set<Int32> = []

    init(_ shape: Shape, count: Int) {
        self.shape = shape
        states = shape.stages.map { _ in Item(value: 0, covers: []) }
        left = shape.stages.map { $0.limit ?? .max }
        sinkLeft = shape.sink.limit ?? .max
        end = count
        run(count)
    }

    private mutating func run(_ count: Int) {
        for index in 0..<count {
            current = index
            do {
                try push(Item(value: mix(index), covers: [Int32(index)]), 0)
            } catch {
                break
            }
        }
        current = nil
        for stage in shape.stages.indices where shape.stages[stage].work.isFold {
            if states[stage].taken > 0, !isEmpty(stage) { try? emitState(stage) }
        }
    }

    /// Whether the state of a fold that does not reset was emitted already.
    private func isEmpty(_ stage: Int) -> Bool {
        guard case .fold(let each, _, let isResetting) = shape.stages[stage].work else { return true }
        return !isResetting && states[stage].taken == each
    }

    private mutating func push(_ item: Item, _ stage: Int) throws {
        if stage == shape.stages.count { return try deliver(item) }
        if let given = shape.throwsAfter(stage, item) {
            if shape.stages[stage].work.isFold { return try fail(item, stage) }
            do {
                for output in shape.outputs(of: stage, item).prefix(given) where !isFilter(stage) {
                    try emit(output, stage)
                }
            } catch {
                // Whether the stage came to throw before the limit was reached further on is a matter of batches.
                if hasReachedLimit, shape.stages[stage].trouble?.policy == .fail { otherEnd = Int(item.covers[0]) }
                throw error
            }
            return try fail(item, stage)
        }
        if case .fold(let each, _, let isResetting) = shape.stages[stage].work {
            shape.take(item, into: &states[stage], of: stage)
            guard states[stage].taken == each else { return }
            if isResetting {
                defer { states[stage] = Item(value: 0, covers: []) }; return try emit(states[stage], stage)
            }
            return try emit(states[stage], stage)
        }
        for output in shape.outputs(of: stage, item) { try emit(output, stage) }
    }

    private func isFilter(_ stage: Int) -> Bool {
        if case .filter = shape.stages[stage].work { return true }
        return false
    }

    private mutating func emitState(_ stage: Int) throws {
        let state = states[stage]
        states[stage] = Item(value: 0, covers: [])
        try emit(state, stage)
    }

    private mutating func emit(_ item: Item, _ stage: Int) throws {
        if left[stage] == 0 { throw Stop() }
        left[stage] -= 1
        try push(item, stage + 1)
        if left[stage] == 0 { try reachLimit() }
    }

    private mutating func deliver(_ item: Item) throws {
        if sinkLeft == 0 { throw Stop() }
        sinkLeft -= 1
        outputs.append(item)
        if sinkLeft == 0 { try reachLimit() }
    }

    private mutating func reachLimit() throws {
        if let current {
            hasReachedLimit = true
            if current + 1 < end {
                end = current + 1
            }
        }
        throw Stop()
    }

    private mutating func fail(_ item: Item, _ stage: Int) throws {
        switch shape.stages[stage].trouble?.policy {
        case .skip, .retryThenSkip: skipped.formUnion(item.covers)
        case .deadLetter:
            buried.append(item.covers[0])
        default:
            hasFailed = true
            end = min(end, Int(item.covers[0]))
            throw Stop()
        }
    }
}
