import Connect
import Testing

/// The code of the article OrderAndParallelism.
@Suite("Order and parallelism")
struct OrderTests {
    private let orders = Pipeline("orders").root(ListSource((0..<5000).map { Order(customer: $0 % 7, number: $0) }))

    @Test("Four workers keep the order of one")
    func total() async throws {
        let scored = orders.map { score($0) }.par(4)
        let sink = CollectSink<Int>()
        try await scored.to(sink).run()
        #expect(sink.elements == (0..<5000).map { $0 * 2 })
    }

    @Test("The order per customer is kept, and without order nothing is lost")
    func less() async throws {
        let enriched = orders.map { enrich($0) }.par(8, order: .key(\Order.customer))
        let valid = orders.filter { isValid($0) }.par(8, order: .unordered)
        let perCustomer = CollectSink<Order>()
        try await enriched.to(perCustomer).run()
        for customer in 0..<7 {
            let numbers = perCustomer.elements.filter { $0.customer == customer }.map(\.number)
            #expect(numbers == numbers.sorted() && numbers.count > 700)
        }
        let any = CollectSink<Order>()
        try await valid.to(any).run()
        #expect(any.elements.map(\.number).sorted() == Array(0..<5000))
    }

    @Test("Each worker has a buffer of its own")
    func perWorker() async throws {
        let lines = Pipeline("lines").root(ListSource((0..<3000).map { Bytes("\($0)\r") }))
        let cleaned = lines.map(perWorker: {
            var buffer: [UInt8] = []
            return { line in
                buffer.removeAll(keepingCapacity: true)
                buffer.append(contentsOf: line.lazy.filter { $0 != 0x0D })
                return Bytes(buffer)
            }
        })
        let sink = CollectSink<Bytes>()
        try await cleaned.par(3).to(sink).run()
        #expect(sink.elements == (0..<3000).map { Bytes("\($0)") })
    }

    @Test("Asynchronous calls give their results in order")
    func asynchronous() async throws {
        let located = orders.mapAsync(maxInFlight: 16) { order in try await locate(order) }
        let sink = CollectSink<String>()
        try await located.limit(100).to(sink).run()
        #expect(sink.elements == (0..<100).map { "place of \($0)" })
    }
}

struct Order: Sendable {
    var customer: Int
    var number: Int
}

@Sendable private func score(_ order: Order) -> Int { order.number * 2 }

@Sendable private func enrich(_ order: Order) -> Order { order }

@Sendable private func isValid(_ order: Order) -> Bool { order.number >= 0 }

@Sendable private func locate(_ order: Order) async throws -> String { "place of \(order.number)" }
