/// The last phase: cuts the chain into segments, only where it must.
struct Fusion {
    private(set) var segments: [PlanSegment] = []
    private var current: PlanSegment
    private let stages: [PlannedStage]

    static func segments(of stages: [PlannedStage]) -> [PlanSegment] {
        var fusion = Fusion(stages)
        fusion.run()
        return fusion.segments
    }

    private init(_ stages: [PlannedStage]) {
        self.stages = stages
        current = PlanSegment(number: 1, reason: "source")
    }

    private mutating func run() {
        for index in stages.indices {
            let reasons = index > 0 ? cutReasons(before: index) : []
            if !reasons.isEmpty { cut(before: index, reasons.joined(separator: ", ")) }
            place(index)
        }
        segments.append(current)
    }

    /// Why a stage cannot go on in the segment so far; empty where it can.
    private func cutReasons(before index: Int) -> [String] {
        let stage = stages[index]
        let previous = stages[index - 1]
        // Source and splitters together are the root, where positions are made.
        if stage.role == .splitter { return [] }
        var reasons: [String] = []
        if previous.isOfRoot, stages[0].source?.hasDuties == true { reasons.append("source with duties") }
        if let buffer = stage.settings.buffer { reasons.append("buffer \(buffer)") }
        if stage.role == .network || previous.role == .network { reasons.append("network") }
        if stage.role == .asynchronous { reasons.append("asynchronous calls") }
        if let sink = stage.sink, sink.mayBlock || sink.confirmation == .acknowledgement {
            reasons.append("sink that may block")
        }
        // At the end it waits for all other threads.
        if stage.sink?.transactionDomain != nil { reasons.append("sink with transactions") }
        if stage.par > 1, !joinsParallel(index) { reasons.append("par \(stage.par)") }
        return reasons
    }

    /// Whether a parallel stage may run in the workers of the segment so far.
    private func joinsParallel(_ index: Int) -> Bool {
        guard !current.parallel.isEmpty, current.serial.isEmpty, current.workers == stages[index].par else {
            return false
        }
        // Elements are dealt out by key where they enter the segment, and nowhere else. Workers that keep no order, or
        // less, may well run a stage that keeps what order there is.
        if case .key = stages[index].settings.order.kind { return false }
        // A limit or throttle behind the stage before must see everything in order.
        let before = stages[index - 1].settings
        return before.limit == nil && before.throttle == nil
    }

    private mutating func cut(before index: Int, _ reason: String) {
        segments.append(current)
        current = PlanSegment(number: segments.count + 1, reason: reason)
    }

    private mutating func place(_ index: Int) {
        let stage = stages[index]
        if let buffer = stage.settings.buffer { current.buffer = min(current.buffer ?? buffer, buffer) }
        guard stage.par > 1 else {
            current.serial.append(index)
            return
        }
        if current.parallel.isEmpty {
            current.workers = stage.par
            current.order = stage.settings.order
        } else if case .unordered = stage.settings.order.kind, current.order.isTotal {
            current.order = .unordered
        }
        current.parallel.append(index)
    }
}
