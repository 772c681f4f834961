import Connect
import Testing

func celsius(_ fahrenheit: Double) -> Double { (fahrenheit - 32) / 1.8 }

/// The code of the article TypeCheckingLongPipelines.
@Suite("Type-checking long pipelines")
struct TypeCheckingTests {
    private let numbers = Pipeline("numbers").root(ListSource(1...3))

    // S-DEC-2
    @Test("Chains with named types compile and run")
    func namedTypes() async throws {
        let scaled = numbers.map(to: Double.self) { Double($0) * 1.5 }
            .map(to: Int.self) { Int($0.rounded()) }
            .map(to: String.self) { "\($0)" }
        let shares = numbers.map { (count: Int) -> Double in Double(count) / 100 }
            .map { (share: Double) -> String in "\(share)" }
        let sink = CollectSink<String>()
        try await scaled.to(sink).run()
        try await shares.to(sink).run()
        #expect(sink.elements == ["2", "3", "5", "0.01", "0.02", "0.03"])
    }

    @Test("Functions are stages")
    func functions() async throws {
        let readings = Pipeline("readings").root(ListSource([32.0, 212.0]))
        let temperatures = readings.map(celsius)
        let sink = CollectSink<Double>()
        try await temperatures.to(sink).run()
        #expect(sink.elements == [0, 100])
    }

    @Test("A chain can be continued")
    func continued() async throws {
        let squares = numbers.map { $0 * $0 }
        let large = squares.filter { $0 > 1_000_000 }
        let report = try await large.to(NullSink()).run()
        #expect(report.elementsWritten == 0)
    }

    // S-DEC-2
    @Test("A chain of twenty stages compiles where types are named")
    func twentyStages() async throws {
        let sink = CollectSink<Int>()
        try await numbers
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) * 2 }.map(to: Int.self) { Int($0) + 1 }
            .to(sink).run()
        #expect(sink.elements == [2047, 3071, 4095])
    }
}
