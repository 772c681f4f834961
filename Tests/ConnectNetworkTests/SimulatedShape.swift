import ConnectTesting

/// What a seed makes of a simulated network.
struct SimulatedShape {
    var peers: Int
    var origins: Int
    /// The batches of each origin.
    var batches: [[[Int]]]
    var heldLimit: Int
    var window: Int
    var reserve: Int
    var fragmentLimit: Int
    var isDeterministic: Bool
    /// Whether the splits know that the order is restored behind them.
    var isOrdered: Bool
    var mergesInOrder: Bool
    /// Whether batches have lanes of their own, as with a split by key.
    var hasKeys: Bool
    /// Whether nothing is done before the end, as with a fold that emits there.
    var acknowledgesAtEnd: Bool
    /// How many things go wrong.
    var troubles: Int

    /// What a fragment costs beside its elements.
    static let overhead = 2

    init(_ numbers: inout SplitMix) {
        isOrdered = true
        mergesInOrder = true
        peers = Int.random(in: 1...4, using: &numbers)
        origins = Int.random(in: 1...3, using: &numbers)
        let longest = [3, 12].randomElement(using: &numbers) ?? 3
        let most = Int.random(in: 0...40, using: &numbers)
        batches = []
        for origin in 0..<origins {
            var element = origin * 1_000_000
            batches.append(
                (0..<most).map { _ in
                    (0..<Int.random(in: 0...longest, using: &numbers)).map { _ in
                        element += 1
                        return element
                    }
                })
        }
        heldLimit = Int.random(in: 4...80, using: &numbers)
        window = Int.random(in: 4...40, using: &numbers)
        fragmentLimit = Int.random(in: 3...10, using: &numbers)
        reserve = fragmentLimit + 1
        isDeterministic = Int.random(in: 0...3, using: &numbers) > 0
        hasKeys = Int.random(in: 0...3, using: &numbers) == 0
        acknowledgesAtEnd = Int.random(in: 0...3, using: &numbers) == 0
        troubles = Int.random(in: 0...6, using: &numbers)
    }

    /// What the stages between split and merge make of an element: nothing of some, several of others.
    static func outputs(of element: Int) -> [Int] {
        switch element % 7 {
        case 0, 1, 2: []
        case 3, 4, 5: [element * 10]
        default: (0..<(element % 5 + 2)).map { element * 10 + $0 }
        }
    }

    static func outputs(of batch: [Int]) -> [Int] { batch.flatMap(outputs(of:)) }

    /// The bytes of the largest batch.
    var largestBatch: Int { (batches.joined().map(\.count).max() ?? 0) + Self.overhead }
}
