import Connect
import ConnectTesting
import Testing

/// What is written and where the source stands are committed together, or not at all.
@Suite struct TransactionTests {
    static let seeds: [UInt64] = [1, 2, 3, 4, 5]
    static let elements = Array(1...200)

    /// A shape in transactions, with what goes wrong.
    struct Ordeal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let faults: [TransactionFault]
        /// How often the run goes back.
        var aborted: Int

        init(_ description: String, _ faults: TransactionFault..., aborted: Int? = nil) {
            testDescription = description
            self.faults = faults
            self.aborted = aborted ?? faults.count
        }
    }

    static let ordeals = [
        Ordeal("nothing goes wrong"),
        Ordeal("a write aborts", .abortWrite(3)),
        Ordeal("a flush aborts", .abortFlush(2)),
        Ordeal("the first commit aborts", .abortStore(1)),
        Ordeal("three commits in a row abort", .abortStore(2), .abortStore(3), .abortStore(4)),
        Ordeal("a partition is lost", .lose(after: 77)),
        Ordeal("a partition is given up at once", .revoke(after: 77, timeout: .zero)),
        Ordeal("a partition is drained", .revoke(after: 77, timeout: .seconds(20)), aborted: 0),
        Ordeal("all of it", .abortWrite(5), .abortStore(2), .lose(after: 90), .abortFlush(4)),
    ]

    static func log(_ faults: [TransactionFault] = [], partitions: Int = 2) -> TransactionLog<Int, Int> {
        TransactionLog(elements, partitions: partitions, faults: faults)
    }

    @discardableResult
    static func run(
        _ log: TransactionLog<Int, Int>, seed: UInt64 = 1, batch: Int = 5, pause: Duration = .milliseconds(20),
        hasDuties: Bool = true, every interval: Duration = .milliseconds(250),
        _ declare: @escaping @Sendable (Def<Int>, any Scheduler) -> Def<Int> = { def, _ in def }
    ) throws -> RunReport {
        try simulate(seed: seed, options: { $0.checkpointEvery = interval }) { scheduler in
            let source = log.source(batch: batch, pause: pause, hasDuties: hasDuties)
            return declare(Pipeline("transactions").root(source), scheduler).to(log.sink(storeTime: .milliseconds(3)))
                .require(.exactlyOnce)
        }
    }

    // S-ACK-6, S-ACK-7
    @Test("Whatever is aborted, everything is seen once, in order", arguments: ordeals, seeds)
    func seesAllOnce(_ ordeal: Ordeal, seed: UInt64) throws {
        for shape in [Shape.map, .flatMap, .filter, .segmented] {
            let log = Self.log(ordeal.faults)
            let report = try Self.run(log, seed: seed, hasDuties: seed % 2 == 0) { def, _ in shape.declare(def, 3) }
            #expect(log.outputs == shape.outputs(of: Self.elements), "\(shape.testDescription)")
            #expect(log.violations.isEmpty && log.pendingFaults.isEmpty)
            #expect(log.positions == ["p0": 100, "p1": 100])
            // Positions count as committed when the transaction is.
            #expect(report.committed.map(\.offset) == [100, 100])
            #expect(report.commits == log.transactions.count)
            #expect(report.abortedTransactions == ordeal.aborted)
            #expect(log.opens == ordeal.aborted + 1)
            #expect(report.elementsRead >= Self.elements.count)
        }
    }

    // S-ACK-6, S-ORD-2
    @Test("Each transaction holds what its positions say, on whatever workers", arguments: ordeals, seeds)
    func holdsWhatPositionsSay(_ ordeal: Ordeal, seed: UInt64) throws {
        let orders: [OrderScope] = [.total, .unordered, .key { (element: Int) in element }]
        for order in orders {
            let log = Self.log(ordeal.faults)
            // As fast as the workers can: there is always something behind a barrier.
            try Self.run(log, seed: seed, batch: 1, pause: .milliseconds(1), every: .milliseconds(30)) {
                def, scheduler in
                def.map { element in
                    scheduler.sleep(for: someWhile(element, upTo: .milliseconds(9)))
                    return element
                }.par(3, order: order).filter { _ in true }.par(2).map { $0 }.buffer(4)
            }
            var held: [Int] = []
            for (outputs, consumed) in zip(log.transactions, log.consumedByTransaction) {
                held += outputs
                #expect(held.sorted() == Array(Self.elements.prefix(consumed)))
            }
            #expect(held.count == Self.elements.count && log.transactions.count > 5)
            #expect(log.violations.isEmpty)
        }
    }

    // S-ACK-6, S-TRG-2
    @Test("The state of a fold goes back with its transaction", arguments: ordeals, seeds)
    func rollsBackFolds(_ ordeal: Ordeal, seed: UInt64) throws {
        let total = Self.elements.reduce(0, +)
        let running = Self.log(ordeal.faults)
        try Self.run(running, seed: seed) { def, _ in
            def.map { $0 }.par(2).fold(into: 0) { $0 += $1 }.trigger(each: 30)
        }
        // Each emission is the sum of a prefix, and none comes twice.
        let sums = Self.elements.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        #expect(running.outputs.last == total)
        #expect(running.outputs.allSatisfy { sums.contains($0) })
        #expect(running.outputs == running.outputs.sorted() && Set(running.outputs).count == running.outputs.count)

        let resetting = Self.log(ordeal.faults)
        try Self.run(resetting, seed: seed) { def, _ in
            def.fold(into: 0, resetting: true) { $0 += $1 }.trigger(each: 30).map { $0 }.par(2)
        }
        #expect(resetting.outputs.reduce(0, +) == total)
        #expect(running.violations.isEmpty && resetting.violations.isEmpty)
    }

    // S-END-3
    @Test("A limit counts what is committed, and a further run goes on behind it", arguments: ordeals, seeds)
    func limitsCommitted(_ ordeal: Ordeal, seed: UInt64) throws {
        let log = Self.log(ordeal.faults)
        try Self.run(log, seed: seed) { def, _ in def.filter { $0 % 2 == 0 }.limit(70).map { $0 }.par(2) }
        let even = Self.elements.filter { $0 % 2 == 0 }
        #expect(log.outputs == Array(even.prefix(70)))
        #expect(log.consumed == 140)
        try Self.run(log, seed: seed) { def, _ in def.filter { $0 % 2 == 0 } }
        #expect(log.outputs == even)
        #expect(log.violations.isEmpty)
    }

    // S-ACK-6: the state of a fold that runs on does not survive a restart, that of one that begins anew need not.
    @Test(
        "What fails for good commits nothing more, and the next run repeats nothing and leaves nothing out",
        arguments: seeds)
    func failsForGood(seed: UInt64) throws {
        let fatal: [(TransactionFault, PipelineError.Code)] = [
            (.failWrite(14), .sinkFailed), (.failStore(3, tookEffect: false), .sinkFailed),
            (.failStore(3, tookEffect: true), .sinkFailed), (.failPoll(after: 90), .sourceFailed),
        ]
        for (fault, code) in fatal {
            let log = Self.log([fault])
            let sums = Self.log([fault])
            for (log, isSum) in [(log, false), (sums, true)] {
                let declare: @Sendable (Def<Int>, any Scheduler) -> Def<Int> = { def, _ in
                    isSum
                        ? def.fold(into: 0, resetting: true) { $0 += $1 }.trigger(each: 7)
                        : def.map { $0 }.par(2)
                }
                let error = #expect(throws: PipelineError.self) { try Self.run(log, seed: seed, declare) }
                #expect(error?.code == code)
                #expect(!log.outputs.isEmpty && log.consumed < Self.elements.count)
                try Self.run(log, seed: seed, declare)
                #expect(log.violations.isEmpty)
            }
            #expect(log.outputs == Self.elements)
            #expect(sums.outputs.reduce(0, +) == Self.elements.reduce(0, +))
        }
    }

    // S-ERR-2, S-ACK-6
    @Test func `What came before an element that fails, but behind the last transaction, comes again after a restart`()
        throws
    {
        let log = Self.log()
        let fails = Shared(true)
        let declare: @Sendable (Def<Int>, any Scheduler) -> Def<Int> = { def, _ in
            def.flatMap { (element: Int, emit: Emitter<Int>) in
                try emit(element)
                if element == 111, fails.value { throw Broken(element: element) }
                try emit(-element)
            }
        }
        let error = #expect(throws: PipelineError.self) { try Self.run(log, declare) }
        #expect(error?.code == .stageFailed)
        // Nothing of the element that failed half way, which would come again.
        #expect(!log.outputs.contains(111) && log.consumed <= 110)
        fails.change { $0 = false }
        try Self.run(log, declare)
        #expect(log.outputs == Self.elements.flatMap { [$0, -$0] })
        #expect(log.violations.isEmpty)
    }

    // S-END-4, S-ACK-6
    @Test("Stops and crashes at any time leave what a further run completes", arguments: seeds)
    func survivesCuts(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let log = Self.log([.abortStore(2), .abortWrite(9), .abortStore(6)])
        for isStop in [true, false, true, false] {
            let time = Duration.milliseconds(100 + random.below(600))
            var limits = SeededScheduler.Limits()
            limits.threadsMustEnd = false
            try simulate(seed: seed, limits: limits) { _ in
                Pipeline("cut").root(log.source(pause: .milliseconds(20))).map { $0 }.par(2).to(log.sink())
            } while: { scheduler, run in
                scheduler.sleep(for: time)
                if isStop { run.stop() } else { run.abort() }
                // A stop is no error, also where the last transaction was aborted.
                let result = Result { try run.wait() }
                if isStop { #expect(throws: Never.self) { try result.get() } }
                scheduler.sleep(for: .seconds(60))
            }
        }
        try Self.run(log, seed: seed)
        #expect(log.outputs == Self.elements)
        #expect(log.violations.isEmpty)
    }

    // S-ACK-4
    @Test func `Transactions that are aborted again and again fail the run, with pauses that grow`() throws {
        let log = Self.log((1...50).map { .abortStore($0) })
        let seconds = Shared<[Duration]>([])
        let error = #expect(throws: PipelineError.self) {
            try simulate { _ in
                Pipeline("hopeless").root(log.source(pause: .milliseconds(20))).to(log.sink()).named("out")
            } while: { scheduler, run in
                let start = scheduler.now
                defer { seconds.change { $0.append(scheduler.now.elapsed(since: start)) } }
                _ = try run.wait()
            }
        }
        #expect(error?.code == .transactionAborted && error?.stage == "out")
        #expect(error?.message.contains("10 transactions in a row") == true)
        #expect(error?.message.contains("abortStore(10)") == true)
        #expect(log.opens == 10 && log.outputs.isEmpty && log.consumed == 0)
        // 100 ms, 200 ms … 10 s.
        #expect(seconds.value.allSatisfy { $0 > .seconds(32) && $0 < .seconds(60) })
    }

    // S-ACK-4, S-MEM-3
    @Test func `Transactions are committed in intervals also while the source has nothing, and none without elements`()
        throws
    {
        let log = Self.log()
        try simulate { _ in
            Pipeline("idle").root(log.source(isBounded: false)).to(log.sink()).trigger(every: .milliseconds(40))
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(1))
            #expect(log.outputs == Self.elements)
            let count = log.transactions.count
            scheduler.sleep(for: .seconds(60))
            #expect(log.transactions.count == count)
            #expect(run.status.commits == count && run.status.isReady)
            run.stop()
            let report = try run.wait()
            #expect(log.transactions.count == count, "nothing came since")
            #expect(report.wasStopped)
        }
    }

    // S-END-2
    @Test func `An empty source commits nothing`() throws {
        let log = TransactionLog<Int, Int>([])
        try Self.run(log) { def, _ in def.count().trigger(each: 1) }
        #expect(log.transactions.isEmpty)
    }

    // S-ACK-7
    @Test("Before a partition is given up, what is under way of it is committed", arguments: seeds)
    func commitsBeforeRevocation(seed: UInt64) throws {
        let log = Self.log([.revoke(after: 50, timeout: .seconds(20))], partitions: 1)
        let report = try Self.run(log, seed: seed, every: .seconds(100)) { def, _ in
            def.map { $0 }.par(3, order: .unordered).fold(into: 0, resetting: true) { $0 += $1 }.trigger(each: 7)
        }
        #expect(report.abortedTransactions == 0 && log.violations.isEmpty)
        #expect(log.transactions.count == 2)
        #expect(log.transactions.first?.reduce(0, +) == (1...50).reduce(0, +))
    }

    // S-ACK-7: what yields nothing is done at once, but committed with its transaction.
    @Test("Before a partition is given up, also the positions of what was dropped are committed", arguments: seeds)
    func commitsDroppedBeforeRevocation(seed: UInt64) throws {
        let log = Self.log([.revoke(after: 63, timeout: .seconds(20))], partitions: 1)
        let report = try Self.run(log, seed: seed) { def, _ in Shape.dropping.declare(def, 3) }
        #expect(log.revocations == [true])
        #expect(report.abortedTransactions == 0 && log.consumed == 200 && log.outputs.isEmpty)
        #expect(log.violations.isEmpty)
    }

    // S-ACK-7: the thread that would have to send a barrier is the one that waits.
    @Test(
        "A partition that is given up while elements or a barrier wait for room is not waited for", arguments: seeds,
        [105, 213, 347, 508, 771])
    func doesNotWaitForItself(seed: UInt64, milliseconds: Int) throws {
        let log = Self.log()
        try simulate(seed: seed) { _ in
            Pipeline("full").root(log.source(batch: 1, hasDuties: true)).map { $0 }
                .to(log.sink(writeTime: .milliseconds(10))).buffer(1).trigger(every: .milliseconds(1))
        } while: { scheduler, run in
            scheduler.sleep(for: .milliseconds(milliseconds))
            log.add([.revoke(after: 0, timeout: .seconds(1000))])
            _ = try run.wait()
            #expect(scheduler.now < MonotonicTime(nanoseconds: 900_000_000_000), "it was waited for")
        }
        #expect(log.outputs == Self.elements)
        #expect(log.revocations.count == 1 && log.violations.isEmpty)
    }

    // S-ERR-1, S-ACK-6
    @Test(
        "Dead letters are safe before the transaction is committed that leaves their elements behind", arguments: seeds)
    func keepsDeadLetters(seed: UInt64) throws {
        let log = Self.log([.abortStore(2)], partitions: 1)
        let confirmed = Shared<[(letters: Range<Int>, consumed: Int)]>([])
        let letters = RecordingSink<DeadLetter>(
            confirmation: .flush,
            onEvent: { event in
                guard case .confirmed(let range) = event else { return }
                confirmed.change { $0.append((range, log.consumed)) }
            })
        try Self.run(log, seed: seed) { def, _ in
            def.map { element in
                if element % 10 == 0 { throw Broken(element: element) }
                return element
            }.par(2).onError(.deadLetter(letters))
        }
        #expect(log.outputs == Self.elements.filter { $0 % 10 != 0 })
        let positions = letters.elements.compactMap { $0.position?.offset }
        #expect(Set(positions) == Set(stride(from: 9, to: 200, by: 10).map { Int64($0) }))
        #expect(confirmed.value.last?.letters.upperBound == positions.count)
        for (range, consumed) in confirmed.value {
            // Whenever letters became safe, nothing behind their elements had been committed.
            #expect(positions[range].allSatisfy { $0 >= consumed })
        }
        #expect(log.violations.isEmpty)
    }
}
