import Connect
import NIOCore

// MARK: - What happens on connections

extension ExchangeMember {
    func accepted(_ place: Int, _ facts: MemberFacts, epoch: UInt64) {
        guard !hasEnded else { return }
        absences.removeValue(forKey: place)?.cancel()
        let isNew = instances.updateValue(facts.instance, forKey: place).map { $0 != facts.instance } ?? false
        if failure != nil { return finishIfDone() }
        if isWindingDown { send(.failing(Failing(sentence: reasonToWindDown)), to: place) }
        if isNew, topology.hosts.contains(place) {
            if case .wait = peersOptions.whenHostIsLost { return events.hostReturned() }
            return failForAbsence(of: place, "\(facts.name) was started anew")
        }
        for middle in middles.values where middle.way.target == place { middle.find() }
        for split in splits.values { split.isUp(place) }
        finishIfDone()
    }

    func lost(_ place: Int, _ sentence: String, goodbye: Goodbye?) {
        guard !hasEnded else { return }
        switch goodbye?.reason {
        case .finished:
            // It has heard of the end of all flows.
            gone.insert(place)
            for split in topology.splits {
                for origin in topology.places[split] {
                    close(FlowAddress(exchange: UInt16(split), origin: UInt32(origin)))
                }
            }
            return finishIfDone()
        case .failed:
            return fail(PipelineError(code: .peerLost, stage: plan.pipeline, message: sentence))
        case .leaving, .protocolError, nil: break
        }
        for middle in middles.values where middle.way.target == place { middle.lose() }
        for merge in merges.values { merge.isDown(place) }
        for split in splits.values { split.isDown(place) }
        if topology.hosts.contains(place) { awaits(place, sentence) }
    }

    func refused(_ refusal: Refusal, at place: Int?) {
        // Who is among others already does not go because of a stranger; who has found nobody yet may be the one that is
        // wrong, and cannot know.
        guard !hasEnded, refusal.reason.isLasting, instances.isEmpty || refusal.reason == .oldInstance else { return }
        fail(PipelineError(code: .peerRefused, stage: plan.pipeline, message: refusal.sentence))
    }

    func received(_ frame: Frame, from place: Int) {
        guard !hasEnded, failure == nil, change != .cut else { return }
        do throws(ProtocolError) {
            try route(frame, from: place)
        } catch {
            if error.code == .notDeterministic {
                fail(
                    PipelineError(code: .stageFailed, stage: plan.pipeline, message: error.message, cause: error))
            } else if place == topology.own {
                fail(PipelineError(code: .stageFailed, stage: plan.pipeline, message: "\(error)", cause: error))
            } else {
                links.fail(place, error)
            }
        }
    }

    private func route(_ frame: Frame, from place: Int) throws(ProtocolError) {
        switch frame {
        case .openFlow(let open):
            if let merge = merges[open.flow.exchange] { return try merge.receive(open, from: place) }
            try begin(open, from: place)
        case .fragment(let fragment):
            if let merge = merges[fragment.flow.exchange] { return try merge.receive(fragment, from: place) }
            // A flow that is not there any more is one that begins anew.
            try middles[fragment.flow]?.receive(fragment)
        case .endOfStream(let end):
            if let merge = merges[end.flow.exchange] { return try merge.receive(end, from: place) }
            middles[end.flow]?.receive(end)
        case .acknowledgement(let told):
            if let split = splits[told.flow] { return try split.receive(told, from: place) }
            middle(before: told.flow)?.receive(told)
        case .credit(let credit):
            if let split = splits[credit.flow] { return split.receive(credit, from: place) }
            middle(before: credit.flow)?.receive(credit)
        case .stop(let stop):
            if let split = splits[stop.flow] { return split.receive(stop, from: place) }
            middle(before: stop.flow)?.receive(stop)
        case .closeFlow(let close):
            try check(close.flow, from: place)
            self.close(close.flow)
            finishIfDone()
        case .failing(let told): windDown(because: told.sentence)
        case .hello, .announcement, .ready, .refusal, .listRequest, .listAnswer, .heartbeat, .goodbye, .listChange,
            .drained:
            break
        }
    }

    /// An origin knows how all of its batches have ended.
    private func close(_ flow: FlowAddress) {
        closed.insert(flow)
        merges[flow.exchange + 1]?.close(flow.origin)
    }

    /// The part whose output goes to a merge by a flow.
    private func middle(before flow: FlowAddress) -> MiddleFlow? {
        guard flow.exchange > 0 else { return nil }
        return middles[FlowAddress(exchange: flow.exchange - 1, origin: flow.origin)]
    }

    /// Checks that a flow is one of those that begin at a member.
    private func check(_ flow: FlowAddress, from place: Int) throws(ProtocolError) {
        guard topology.splits.contains(Int(flow.exchange)), topology.places[Int(flow.exchange)].contains(place),
            flow.origin == UInt32(place)
        else {
            throw ProtocolError(
                .unexpected,
                "member \(place) spoke for origin \(flow.origin) of exchange \(flow.exchange), which has no place in the "
                    + "plan")
        }
    }

    private func begin(_ open: OpenFlow, from place: Int) throws(ProtocolError) {
        let split = Int(open.flow.exchange)
        try check(open.flow, from: place)
        guard topology.places[split + 1].contains(topology.own) else {
            throw ProtocolError(.unexpected, "a flow was opened to a member that takes none over exchange \(split)")
        }
        middles[open.flow]?.cancel()
        middles[open.flow] = MiddleFlow(
            MiddleFlow.Way(
                input: open.flow, output: FlowAddress(exchange: open.flow.exchange + 1, origin: open.flow.origin),
                origin: place, target: topology.places[split + 2][0], start: open.start,
                isOrdered: topology.isOrdered(behind: split)),
            generation: open.generation, stages: stages(split + 1), limits: limits, exchange: self)
    }

    private func stages(_ part: Int) -> MiddleFlow.Stages {
        let plan = plan
        let options = options.behindFlows
        return MiddleFlow.Stages(
            plan: { plan.part(part, entry: $0, exit: $1) }, options: options,
            keepsOrder: topology.parts[part].keepsOrder, entryKind: topology.stages[part - 1].wireKind,
            exitKind: topology.stages[part].wireKind)
    }
}
