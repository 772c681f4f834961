/// How one stage is shown: its flow, and what is set on it.
extension PlannedStage {
    /// `[Bytes] >> map >> [String]`; a source has no left side, a sink no right one.
    var flow: String {
        let parts = [input.map { "[\($0.name)]" }, kind.isEmpty ? role.rawValue : kind, output.map { "[\($0.name)]" }]
        return parts.compactMap(\.self).joined(separator: " >> ")
    }

    /// What is set on the stage, in the order in which it takes effect.
    var annotations: [String] {
        nature + parallelism + counting
    }

    /// What counts the outputs of the stage in turn; nil where nothing does.
    var listedCounts: String? {
        let throttle = settings.throttle.map { "throttle \($0.count) per \($0.period.listed)" }
        let texts = [settings.limit.map { "limit \($0)" }, throttle].compactMap(\.self)
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }

    private var nature: [String] {
        var texts: [String] = []
        if !detail.isEmpty { texts.append(role == .sink ? "to \(detail)" : "from \(detail)") }
        if let source { texts.append(source.isBounded ? "ends" : "never ends") }
        if case .asynchronous(_, let calls, _) = operation { texts.append("up to \(calls) calls at once") }
        if case .network(let network) = operation, let count = network.batchCount { texts.append("\(count) at a time") }
        if isDurable { texts.append("durable") }
        return texts
    }

    private var parallelism: [String] {
        var texts: [String] = []
        if let placement = settings.placement { texts.append("on \(placement)") }
        if let buffer = settings.buffer { texts.append("buffer \(buffer)") }
        if let par = settings.par {
            switch settings.order.kind {
            case .total: texts.append("par \(par)")
            case .key: texts.append("par \(par), order per key")
            case .unordered: texts.append("par \(par), unordered")
            }
        }
        return texts
    }

    private var counting: [String] {
        var texts: [String] = []
        if let policy = settings.policy { texts.append("on error \(policy.description)") }
        if let listedCounts { texts.append(listedCounts) }
        let triggers = settings.triggers
        if let each = triggers.each { texts.append("trigger each \(each)") }
        if let every = triggers.every { texts.append("trigger every \(every.listed)") }
        if let bytes = triggers.bytes { texts.append("trigger each \(bytes) bytes") }
        return texts
    }

    /// Why phases have put the stage in, or set something on it.
    var reasons: [String] {
        (injectedBecause.map { ["because \($0)"] } ?? []) + notes
    }
}
