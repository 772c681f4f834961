import Connect
import ConnectTesting

/// Runs a shape from and into a log that commits in transactions, with faults and cuts, and looks at what can be seen in
/// the end.
struct TransactionJudge {
    let shape: Shape
    let scheduler: any Scheduler
    /// Whether runs may be cut short; on real threads it would take a minute until what they leave behind has ended.
    var mayCut = true

    func verdict() throws -> String? {
        var random = SplitMix(seed: shape.seed &+ 31)
        let items = (0..<shape.count).map { Item(value: mix($0), covers: [Int32($0)]) }
        let log = TransactionLog<Item, Item>(
            items, partitions: shape.partitions, faults: Self.faults(&random, shape.count, mayFail: true))
        let letters = RecordingSink<DeadLetter>(
            confirmation: random.oneIn(2) ? .flush : .acknowledgement,
            confirmations: .shuffled(upTo: .microseconds(100), seed: shape.seed))
        let cuts = mayCut ? random.below(3) : 0
        for _ in 0..<cuts {
            let abortAfter = random.oneIn(3) ? nil : Duration.microseconds(random.below(6_000))
            _ = try ShapedRun(shape: shape, scheduler: scheduler).run(on: log, letters: letters, abortAfter: abortAfter)
            // What an aborted run has left behind must come to its end.
            scheduler.sleep(for: .seconds(60))
        }
        var calm = shape
        calm.stopAfter = nil
        if cuts > 0 {
            calm.sink.limit = nil
            for index in calm.stages.indices { calm.stages[index].limit = nil }
        }
        for index in calm.stages.indices where calm.stages[index].trouble?.policy == .fail {
            calm.stages[index].trouble = nil
        }
        // What ends a run for good has its time; what only goes back may come at any time.
        var runs = 0
        var error: PipelineError?
        repeat {
            error = try ShapedRun(shape: calm, scheduler: scheduler).run(on: log, letters: letters, abortAfter: nil)
            runs += 1
        } while error != nil && runs < 8
        if let error { return "ERROR of the last run: \(error)" }
        if let violation = log.violations.first { return "VIOLATION: \(violation)" }
        return judge(log, letters, calm, isOneRun: cuts == 0 && runs == 1)
    }

    private static func faults(_ random: inout SplitMix, _ count: Int, mayFail: Bool) -> [TransactionFault] {
        var faults: [TransactionFault] = []
        for _ in 0..<random.below(6) {
            let number = 1 + random.below(8)
            switch random.below(10) {
            case 0, 1: faults.append(.abortWrite(1 + random.below(20)))
            case 2: faults.append(.abortFlush(number))
            case 3, 4: faults.append(.abortStore(number))
            case 5: faults.append(.lose(after: random.below(count + 1)))
            case 6: faults.append(.revoke(after: random.below(count + 1), timeout: .zero))
            case 7:
                let timeout = Duration.microseconds(1 + random.below(20_000))
                faults.append(.revoke(after: random.below(count + 1), timeout: timeout))
            case 8: faults.append(.failStore(number, tookEffect: random.oneIn(2)))
            default: faults.append(random.oneIn(2) ? .failWrite(number) : .failPoll(after: random.below(count + 1)))
            }
        }
        return faults
    }

    // MARK: what must be there

    private func judge(
        _ log: TransactionLog<Item, Item>, _ letters: RecordingSink<DeadLetter>, _ calm: Shape, isOneRun: Bool
    ) -> String? {
        let model = SequentialModel(calm, count: shape.count)
        let found = log.outputs
        if !calm.hasLimit {
            if log.consumed != shape.count { return "NOT ALL COMMITTED: \(log.consumed) of \(shape.count)" }
            let missing = Set(model.buried.map { Int64($0) }).subtracting(
                letters.elements.compactMap { letter in letter.position.flatMap(number) })
            if !shape.hasFold, !shape.hasLimit, !missing.isEmpty {
                return "LOST LETTERS of \(missing.sorted().prefix(5))"
            }
        }
        // A limit of a run that was cut leaves the rest of its own element out.
        if shape.hasLimit, !isOneRun { return nil }
        if shape.hasFold { return judgeFold(found, model, calm, isOneRun: isOneRun) }
        let (isOrdered, wanted) = (shape.isStrict, model.outputs)
        if calm.hasLimit {
            if isOrdered {
                let ends = [model.end, model.otherEnd].compactMap(\.self)
                let isExact = ends.contains(log.consumed)
                return compare(found, wanted)
                    ?? (isExact ? nil : "NOT EXACT at a limit: \(log.consumed) are committed, want \(ends)")
            }
            return calm.sink.limit.map { found.count <= $0 } ?? true ? nil : "TOO MUCH behind a limit: \(found.count)"
        }
        if isOrdered { return compare(found, wanted) }
        return compare(sorted(found), sorted(wanted))
    }

    private func compare(_ found: [Item], _ wanted: [Item]) -> String? {
        if found == wanted { return nil }
        let place = zip(found, wanted).prefix { $0 == $1 }.count
        return "NOT EXACTLY ONCE: found \(found.count), want \(wanted.count), first difference at \(place)"
    }

    private func sorted(_ items: [Item]) -> [Item] {
        items.sorted { ($0.covers[0], $0.value) < ($1.covers[0], $1.value) }
    }

    /// Where all that comes out of folds arrives: of folds that begin anew each element is there once; of one that runs on
    /// the last state is that of everything.
    private func judgeFold(_ found: [Item], _ model: SequentialModel, _ calm: Shape, isOneRun: Bool) -> String? {
        guard isTraced, !calm.hasLimit else { return nil }
        let folds = shape.stages.filter(\.work.isFold)
        let areResetting = folds.allSatisfy { stage in
            if case .fold(_, _, let isResetting) = stage.work { return isResetting }
            return false
        }
        if areResetting {
            let covers = found.flatMap(\.covers).sorted()
            let wanted = model.outputs.flatMap(\.covers).sorted()
            if covers == wanted { return nil }
            let place = zip(covers, wanted).prefix { $0 == $1 }.count
            return "NOT EXACTLY ONCE in folds: found \(covers.count), want \(wanted.count), first difference at "
                + "\(covers.dropFirst(place).prefix(3)), \(wanted.dropFirst(place).prefix(3))"
        }
        guard isOneRun, folds.count == 1, shape.isStrict || !shape.hasOrderless else { return nil }
        if found.last?.value == model.outputs.last?.value { return nil }
        return "NOT ROLLED BACK: the last state of the fold is not that of everything"
    }

    /// Whether nothing behind the first fold is left out or multiplied.
    private var isTraced: Bool {
        guard let fold = shape.stages.firstIndex(where: { $0.work.isFold }) else { return true }
        return shape.stages[fold...].allSatisfy { stage in
            (stage.work.isMap || stage.work.isFold) && [nil, .fail, .retrySucceeds].contains(stage.trouble?.policy)
        }
    }

    /// The number of the element at a position.
    private func number(of position: Position) -> Int64? {
        Int64(position.partition.dropFirst()).map { position.offset * Int64(shape.partitions) + $0 }
    }
}
