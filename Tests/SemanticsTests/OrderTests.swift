import Connect
import ConnectTesting
import Testing

@Suite struct OrderTests {
    private static let count = 120

    // S-ORD-1, C11, case 17
    @Test(
        "With any number of workers and any timing of theirs, the order is that of a sequential run",
        arguments: Placed.all(par: [2, 3, 8]))
    func keepsTotalOrder(_ placed: Placed) throws {
        for seed in UInt64(1)...4 {
            let sink = CollectSink<Int>()
            let report = try simulate(seed: seed) { scheduler in
                let late = Pipeline("order").root(ListSource(0..<Self.count)).map { element in
                    scheduler.sleep(for: someWhile(element + Int(seed), upTo: .milliseconds(20)))
                    return element
                }.par(placed.par)
                return placed.shape.declare(late, placed.par).to(sink)
            }
            #expect(sink.elements == placed.shape.outputs(of: 0..<Self.count))
            #expect(report.offset == Int64(Self.count))
        }
    }

    // S-ORD-1: on real threads.
    @Test(arguments: Placed.all(par: [8]))
    func `Real threads keep the order too`(_ placed: Placed) async throws {
        let sink = CollectSink<Int>()
        let report = try await placed.shape.declare(Pipeline("order").root(ListSource(0..<5000)), placed.par).to(sink)
            .run(.quiet())
        #expect(sink.elements == placed.shape.outputs(of: 0..<5000))
        #expect(report.offset == 5000)
    }

    // S-ORD-1: asynchronous calls cannot be simulated.
    @Test func `Asynchronous calls that end in any order give their results in the order of the elements`() async throws
    {
        let sink = CollectSink<Int>()
        let report = try await Pipeline("async").root(ListSource(0..<500))
            .mapAsync(maxInFlight: 8) { element in
                for _ in 0..<(element * 7919 % 13) { await Task.yield() }
                return element
            }
            .limit(333).to(sink).run(.quiet())
        #expect(sink.elements == Array(0..<333))
        // C12: a limit is exact there as well.
        #expect(report.offset == 333)
    }

    // S-ORD-2, case 18
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `Order per key keeps the elements of each key in order, and loses none`(seed: UInt64) throws {
        let sink = CollectSink<Int>()
        let report = try simulate(seed: seed) { scheduler in
            Pipeline("keys").root(ListSource(0..<400)).flatMap { element in
                scheduler.sleep(for: someWhile(element, upTo: .microseconds(300)))
                return [element * 2, element * 2 + 1]
            }.par(4, order: .key { (element: Int) in element % 10 }).map { $0 }.par(4, order: .unordered).to(sink)
        }
        _ = report
        #expect(sink.elements.sorted() == Array(0..<800))
        #expect(report.offset == 400)
    }

    // S-ORD-2, case 18
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `With order per key, equal keys stay in order`(seed: UInt64) throws {
        let sink = CollectSink<Int>()
        let report = try simulate(seed: seed) { scheduler in
            Pipeline("keys").root(ListSource(0..<400)).map { element in
                scheduler.sleep(for: someWhile(element, upTo: .microseconds(300)))
                return element
            }.par(4, order: .key { (element: Int) in element % 10 }).to(sink)
        }
        #expect(sink.elements != Array(0..<400), "nothing was out of order, so nothing was shown")
        #expect(sink.elements.sorted() == Array(0..<400))
        for key in 0..<10 {
            #expect(sink.elements.filter { $0 % 10 == key } == Array(stride(from: key, to: 400, by: 10)))
        }
        #expect(report.offset == 400)
    }

    // S-ORD-2, S-END-3, case 18
    @Test(
        "Without an order nothing is lost, a limit gives its number, and the commit is a prefix that is done",
        arguments: [OrderScope.unordered, .key { (element: Int) in element % 7 }], [1, 2, 3, 4, 5] as [UInt64])
    func limitsWithoutOrder(_ order: OrderScope, seed: UInt64) throws {
        for limit in [1, 37, 300, 301] {
            let sink = CollectSink<Int>()
            let report = try simulate(seed: seed) { scheduler in
                Pipeline("loose").root(ListSource(0..<300)).map { element in
                    scheduler.sleep(for: someWhile(element, upTo: .microseconds(200)))
                    return element
                }.par(3, order: order).limit(limit).to(sink)
            }
            #expect(sink.elements.count == min(limit, 300))
            #expect(Set(sink.elements).count == min(limit, 300), "something came twice")
            let prefix = Set(0..<Int(report.offset ?? 0))
            #expect(prefix.isSubset(of: sink.elements), "committed up to \(prefix.count), and not all of it came out")
            if limit > 300 { #expect(report.offset == 300) }
        }
    }

    // S-ORD-3
    @Test func `Every worker has an instance of its own that is never called by two at once`() throws {
        let made = Shared(0)
        let clashes = Shared(0)
        let calls = Shared<[Int]>([])
        try simulate(seed: 5) { scheduler in
            Pipeline("instances").root(ListSource(0..<200)).map(perWorker: {
                let number = made.change { made in
                    made += 1
                    return made
                }
                let isBusy = Shared(false)
                var count = 0
                return { (element: Int) in
                    if isBusy.value { clashes.change { $0 += 1 } }
                    isBusy.change { $0 = true }
                    scheduler.sleep(for: .microseconds(100))
                    isBusy.change { $0 = false }
                    count += 1
                    calls.change { calls in
                        while calls.count < number { calls.append(0) }
                        calls[number - 1] = count
                    }
                    return element
                }
            }).par(4).to(NullSink())
        }
        #expect(made.value == 4)
        #expect(clashes.value == 0)
        #expect(calls.value.reduce(0, +) == 200)
        #expect(calls.value.count == 4, "a worker had nothing to do")
    }

    // S-ORD-3
    @Test func `A transform makes one instance for each worker, and a coder too`() throws {
        let counting = CountingCoder()
        try simulate { _ in
            Pipeline("instances").root(ListSource(0..<100)).as(Int.self, via: counting).par(3).to(NullSink())
        }
        #expect(counting.made.value == 3)
    }

    // S-ORD-4
    @Test(
        "Segments overlap: a slow stage works on an element while the one before it works on the next",
        arguments: [false, true])
    func overlaps(byWorkers: Bool) throws {
        let time = try simulate(seed: 2) { scheduler in
            let slow: @Sendable (Int) -> Int = { element in
                scheduler.sleep(for: .milliseconds(10))
                return element
            }
            let first = Pipeline("overlap").root(ListSource(0..<50)).map(slow)
            let second = byWorkers ? first.par(2).map(slow).par(3) : first.map(slow).buffer(4)
            return second.to(CollectSink())
        }.duration
        // One after the other it would be a second.
        #expect(time < (byWorkers ? .milliseconds(400) : .milliseconds(600)))
        #expect(time >= (byWorkers ? .milliseconds(250) : .milliseconds(500)))
    }
}

/// A coder that counts its instances.
private struct CountingCoder: Coder {
    let made = Shared(0)

    var name: String { "COUNTING" }

    func makeInstance() throws -> Instance {
        made.change { $0 += 1 }
        return Instance()
    }

    struct Instance: CoderInstance {
        mutating func convert(_ input: Int) throws -> Int { input }
    }
}
