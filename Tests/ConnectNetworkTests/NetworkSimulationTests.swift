import ProcessSupport
import Testing

@testable import ConnectNetwork

@Suite("Splits, peers and a merge in a simulated network")
struct NetworkSimulationTests {
    // S-NET-2, S-NET-4, S-NET-5, D6, D7, D10
    @Test("With separate delays, small credits, losses and returns nothing is lost, out of order or stuck")
    func simulation() {
        for seed in seeds(500) {
            let faults = SimulatedNetwork(seed: seed).run()
            #expect(faults.isEmpty, "seed \(seed): \(faults)")
        }
    }

    // S-NET-2, S-NET-4, S-NET-5
    @Test("Without order every batch comes once and to its end, whatever is lost")
    func unordered() {
        for seed in seeds(200) {
            let network = SimulatedNetwork(seed: seed) { shape in
                shape.mergesInOrder = false
                shape.isOrdered = false
                // No batch is next.
                shape.reserve = 0
            }
            let faults = network.run()
            #expect(faults.isEmpty, "seed \(seed): \(faults)")
        }
    }

    // S-NET-5
    @Test("The simulation finds what is missing: lanes that take lower numbers without beginning anew get stuck")
    func findsMissingRule() {
        let isStuck = (0..<500 as Range<UInt64>).contains { seed in
            !SimulatedNetwork(seed: seed) { $0.isOrdered = false }.run().isEmpty
        }
        #expect(isStuck)
    }
}
