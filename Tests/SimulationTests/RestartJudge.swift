import Connect
import ConnectTesting

/// Runs a shape into a sink that keeps positions, cuts the run short several times, and looks at what is there in the
/// end.
struct RestartJudge {
    let shape: Shape
    let scheduler: any Scheduler

    func verdict() throws -> String? {
        let sink = TransactionalSink<Item>(mayBlock: shape.sink.mayBlock)
        var random = SplitMix(seed: shape.seed &+ 3)
        for _ in 0..<random.below(4) {
            let abortAfter = Duration.microseconds(random.below(4_000))
            _ = try ShapedRun(shape: shape, scheduler: scheduler).run(into: sink, abortAfter: abortAfter)
            // What an aborted run has left behind must come to its end before the next one opens the sink.
            scheduler.sleep(for: .seconds(60))
        }
        // The last one does without what ends a run early.
        var calm = shape
        calm.stopAfter = nil
        calm.sink.limit = nil
        for index in calm.stages.indices {
            calm.stages[index].limit = nil
            if calm.stages[index].trouble?.policy == .fail { calm.stages[index].trouble = nil }
        }
        if let error = try ShapedRun(shape: calm, scheduler: scheduler).run(into: sink, abortAfter: nil) {
            return "ERROR of the last run: \(error)"
        }
        return judge(sink.elements, SequentialModel(calm, count: shape.count).outputs)
    }

    /// Whether all that comes out of a fold arrives: what a stage behind it leaves out depends on where a run began.
    private var isTraced: Bool {
        guard let fold = shape.stages.firstIndex(where: { $0.work.isFold }) else { return true }
        return shape.stages[(fold + 1)...].allSatisfy { stage in
            stage.work.isMap && [nil, .fail, .retrySucceeds].contains(stage.trouble?.policy)
        }
    }

    private func judge(_ found: [Item], _ wanted: [Item]) -> String? {
        if shape.isStrict, !shape.hasFold {
            if shape.hasLimit { return judgeLimited(found, wanted) }
            if found == wanted { return nil }
            let place = zip(found, wanted).prefix { $0 == $1 }.count
            return "NOT EXACTLY ONCE: found \(found.count), want \(wanted.count), first difference at \(place)"
        }
        // Of a limit's own element the rest is not wanted.
        if shape.hasLimit || !isTraced { return nil }
        let missing = Set(wanted.flatMap(\.covers)).subtracting(found.flatMap(\.covers))
        return missing.isEmpty ? nil : "LOST elements \(missing.sorted().prefix(5))"
    }

    /// Nothing twice and nothing out of order; and what is missing is the rest of elements of which something is there,
    /// once for each limit of each run.
    private func judgeLimited(_ found: [Item], _ wanted: [Item]) -> String? {
        var place = 0
        var missing: Set<Int32> = []
        for item in found {
            while place < wanted.count, wanted[place] != item {
                missing.formUnion(wanted[place].covers)
                place += 1
            }
            if place == wanted.count { return "NOT EXACTLY ONCE with a limit: \(item) is there twice or not in order" }
            place += 1
        }
        missing.formUnion(wanted[place...].flatMap(\.covers))
        let lost = missing.subtracting(found.flatMap(\.covers))
        // Of the limit's own element all may have been left out further on.
        let limits = shape.stages.count { $0.limit != nil } + (shape.sink.limit == nil ? 0 : 1)
        return lost.count <= 3 * limits ? nil : "LOST elements \(lost.sorted().prefix(5)) with a limit"
    }
}
