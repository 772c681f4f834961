@testable import ConnectNetwork

/// Holds what a simulated merge passed on against what it should have been.
struct SimulationJudge {
    private let shape: SimulatedShape
    private var outputs: [[Int]]
    /// Of each origin and batch, what was passed on since its last begin.
    private var batches: [[UInt64: [Int]]]
    private var last: [UInt64?]
    private var disorder: [String] = []
    /// How many batches were begun again after a part of them was passed on.
    private(set) var anew = 0

    init(_ shape: SimulatedShape) {
        self.shape = shape
        outputs = Array(repeating: [], count: shape.origins)
        batches = Array(repeating: [:], count: shape.origins)
        last = Array(repeating: nil, count: shape.origins)
    }

    mutating func receive(_ delivery: MergeDelivery<Int>, _ origin: Int) {
        if shape.mergesInOrder, let last = last[origin], delivery.number < last {
            disorder.append("batch \(delivery.number) of origin \(origin) came behind batch \(last)")
        }
        last[origin] = delivery.number
        if delivery.isAnew {
            batches[origin][delivery.number] = []
            anew += 1
        }
        if batches[origin][delivery.number, default: []].count != delivery.first {
            disorder.append("element \(delivery.first) of batch \(delivery.number) came out of turn")
        }
        batches[origin][delivery.number, default: []] += delivery.elements
        outputs[origin] += delivery.elements
    }

    func faults() -> [String] {
        var faults = disorder
        for origin in 0..<shape.origins {
            let expected = shape.batches[origin].map(SimulatedShape.outputs(of:))
            if shape.isDeterministic, anew > 0 { faults.append("something was passed on twice") }
            if shape.isDeterministic, shape.mergesInOrder {
                if outputs[origin] != expected.flatMap({ $0 }) {
                    faults.append("the output of origin \(origin) differs")
                }
            } else {
                for (number, batch) in expected.enumerated()
                where batches[origin][UInt64(number), default: []].sorted() != batch {
                    faults.append("batch \(number) of origin \(origin) differs")
                }
            }
        }
        return faults
    }
}
