/// The text of a plan: four listings, then what is promised.
struct PlanText {
    private static let width = 110

    private let plan: Plan
    private let nameWidth: Int
    private let flowWidth: Int
    private var lines: [String] = []

    static func text(of plan: Plan) -> String {
        var text = PlanText(plan)
        text.write()
        return text.lines.joined(separator: "\n")
    }

    private init(_ plan: Plan) {
        self.plan = plan
        let stages = plan.declared + plan.withCoders
        nameWidth = min(28, stages.map(\.name.count).max() ?? 0)
        flowWidth = min(52, stages.map(\.flow.count).max() ?? 0)
    }

    private mutating func write() {
        lines.append("plan of \"\(plan.pipeline)\", hash \(plan.hash)")
        write("1. as declared", plan.declared)
        let crossings = plan.withNetwork.count { $0.role == .network }
        write("2. with network stages" + added(crossings), plan.withNetwork)
        write("3. with coders" + added(plan.withCoders.count { $0.injectedBecause != nil }), plan.withCoders)
        writeSegments()
        lines.append("")
        writeDelivery()
        writeSharing()
        writeStates()
        writeWarnings()
    }

    private func added(_ count: Int) -> String { count == 0 ? ": nothing to put in" : "" }

    private mutating func write(_ heading: String, _ stages: [PlannedStage]) {
        lines += ["", heading]
        for stage in stages {
            let line = head(stage, "") + stage.flow.padded(to: flowWidth)
            let settings = stage.annotations.joined(separator: ", ")
            if settings.isEmpty {
                lines.append(head(stage, "") + stage.flow)
            } else if line.count + 2 + settings.count <= Self.width {
                lines.append("\(line)  \(settings)")
            } else {
                lines.append(head(stage, "") + stage.flow)
                writeBelow(settings)
            }
            for reason in stage.reasons { writeBelow(reason) }
        }
    }

    /// The place, number and name of a stage; those that a phase put in have a plus for a number.
    private func head(_ stage: PlannedStage, _ place: String) -> String {
        let number = stage.declaredNumber.map { "\($0)" } ?? "+"
        return "  \(place)\(number.indented(to: 4))  \(stage.name.padded(to: nameWidth))  "
    }

    private mutating func writeBelow(_ text: String) {
        let margin = 14 + nameWidth
        let continued = text.wrapped(to: max(40, Self.width - margin))
        lines += continued.map { String(repeating: " ", count: margin) + $0 }
    }

    private mutating func writeSegments() {
        let count = plan.segments.count
        lines += ["", "4. fused into \(count) segment\(count == 1 ? "" : "s"), each with threads of its own"]
        for segment in plan.segments {
            lines.append("   segment \(segment.number), \(segment.listedThreads): \(segment.reason)")
            for index in segment.parallel { write(plan.withCoders[index], in: segment) }
            for index in segment.serial { write(plan.withCoders[index], in: nil) }
        }
        for path in plan.promise.deadLetters {
            lines.append("   dead letters of \"\(path.stage)\", 1 thread: \(path.sink)")
        }
    }

    private mutating func write(_ stage: PlannedStage, in parallel: PlanSegment?) {
        let workers = parallel?.workers ?? 1
        lines.append(head(stage, "\(workers)x".indented(to: 4)) + stage.flow)
        // What the last parallel stage counts is counted in turn.
        guard parallel != nil, let counts = stage.listedCounts else { return }
        lines.append("  " + "1x".indented(to: 4) + "      \(stage.name.padded(to: nameWidth))  \(counts)")
    }

    private mutating func writeDelivery() {
        let delivery = plan.promise.delivery
        let order = plan.promise.order
        write("guarantee", "\(delivery.guarantee): \(blamed(delivery.stage, delivery.reason))")
        for path in plan.promise.deadLetters {
            write("", "dead letters of \"\(path.stage)\" \(path.guarantee)")
        }
        write("order", "\(order.guarantee): \(blamed(order.stage, order.reason))")
    }

    private mutating func writeSharing() {
        if let text = plan.sharingText { write("peers", text) }
    }

    private mutating func writeStates() {
        for state in plan.promise.states {
            var fate = state.isDurable ? "is kept with the checkpoint" : "starts anew after a restart"
            if state.rollsBack { fate += ", and goes back to the last transaction when one is aborted" }
            write("state", "of \"\(state.stage)\" \(fate)")
        }
    }

    private mutating func writeWarnings() {
        if plan.warnings.isEmpty { write("warnings", "none") }
        for warning in plan.warnings {
            write("warning", "\(warning.sentence). \(warning.remedy) [\(warning.code)]")
        }
    }

    private mutating func write(_ title: String, _ text: String) {
        for (index, line) in text.wrapped(to: Self.width - 11).enumerated() {
            lines.append((index == 0 ? title : "").padded(to: 11) + line)
        }
    }

    private func blamed(_ stage: PlannedStage?, _ reason: String) -> String {
        stage.map { "\($0.mention) \(reason)" } ?? reason
    }
}

extension PlanSegment {
    /// How many threads the segment has.
    var listedThreads: String { workers == 1 ? "1 thread" : "\(workers) threads" }
}

extension Plan {
    /// How peers share the pipeline, in words; nil in a plan that was not asked for them.
    var sharingText: String? { sharing.map { $0.text(PeersCheck.placedParts(of: withNetwork, $0)) } }
}

extension Plan: CustomStringConvertible {
    /// The four listings, the segments with why they begin, and what is promised; for people.
    public var description: String { PlanText.text(of: self) }
}
