import Connect
import NIOCore

/// A member of a pipeline that several share: joins the runs of its parts by flows to the other members. Everything belongs
/// to the loop of the connections.
final class ExchangeMember {
    let topology: PeersTopology
    let plan: Plan
    let options: RunOptions
    let limits: ExchangeLimits
    let links: PeerLinks
    let timing: PeerTiming
    let outcome: PeersOutcome

    private var splits: [FlowAddress: SplitEnd] = [:]
    private var middles: [FlowAddress: MiddleFlow] = [:]
    private var merges: [UInt16: MergeEnd] = [:]
    /// The runs of the parts that this member reads or merges.
    private var runs: [Int: PartRun] = [:]
    /// The flows of which the origin has said that all is done.
    private var closed: Set<FlowAddress> = []
    private var instances: [Int: UInt64] = [:]
    private var absences: [Int: Scheduled<Void>] = [:]
    /// The members that have said that all is done.
    private var gone: Set<Int> = []
    /// Runs when members that are not there have been waited for long enough.
    private var patience: Scheduled<Void>?
    private var isImpatient = false
    private var isStopping = false
    /// Why the pipeline ends; nil while it goes on.
    private var failure: PipelineError?
    private(set) var hasEnded = false

    /// A member that has not begun.
    init(
        _ topology: PeersTopology, plan: Plan, options: RunOptions, limits: ExchangeLimits, links: PeerLinks,
        timing: PeerTiming, outcome: PeersOutcome
    ) {
        self.topology = topology
        self.plan = plan
        self.options = options
        self.limits = limits
        self.links = links
        self.timing = timing
        self.outcome = outcome
    }

    /// Starts the runs of the parts that this member reads or merges.
    func start() {
        for part in topology.ownParts where failure == nil { start(part) }
    }

    private func start(_ number: Int) {
        let part = PartRun(number, in: self)
        runs[number] = part
        if let split = part.split { splits[split.flow] = split }
        if let merge = part.merge { merges[UInt16(number - 1)] = merge }
        do throws(PlanError) {
            try part.start()
        } catch {
            return fail(
                PipelineError(code: .planRefused, stage: plan.pipeline, message: "\(error)", cause: error))
        }
        part.split?.isUp(topology.own)
    }

    // MARK: The end

    /// A run of this member's own has ended.
    func ended(_ part: PartRun, _ result: Result<RunReport, PipelineError>) {
        part.note(result)
        if case .failure(let error) = result, failure == nil, !isAwaitedFailure { fail(error) }
        finishIfDone()
    }

    private var isAwaitedFailure: Bool { hasEnded }

    /// Stops: what has been read goes to its end.
    func stop() {
        guard !isStopping, !hasEnded else { return }
        isStopping = true
        // Whoever reads or merges ends the pipeline for all; a member that only helps leaves it.
        for run in runs.values { run.stop() }
        if runs.isEmpty { leave() }
    }

    /// Ends at once.
    func abort() {
        isStopping = true
        for run in runs.values { run.abort() }
        if runs.isEmpty { leave() }
    }

    private func leave() {
        end(.success(PeersReport(parts: [:])), Goodbye(reason: .leaving, sentence: "it was asked to stop"))
    }

    /// Whether all flows of all origins are over; of a pipeline that is not cut, whether those who run it have said so.
    private var areFlowsClosed: Bool {
        if topology.splits.isEmpty { return topology.hosts.allSatisfy { $0 == topology.own || gone.contains($0) } }
        return topology.splits.allSatisfy { split in
            topology.places[split].allSatisfy {
                closed.contains(FlowAddress(exchange: UInt16(split), origin: UInt32($0)))
            }
        }
    }

    private func finishIfDone() {
        guard !hasEnded, runs.values.allSatisfy({ $0.result != nil }) else { return }
        if let failure {
            let isOwn = failure.code != .peerLost && failure.code != .peerRefused
            // Who has only just started is to hear of it, too.
            if isOwn, !wouldWaitInVain(for: members.filter { $0 != topology.own && instances[$0] == nil }) { return }
            return end(.failure(failure), Goodbye(reason: .failed, sentence: "\(failure)".wireSentence))
        }
        guard areFlowsClosed, haveAllHeard else { return }
        var reports: [Int: RunReport] = [:]
        for (number, run) in runs { reports[number] = try? run.result?.get() }
        end(
            .success(PeersReport(parts: reports, isAlone: topology.stages.isEmpty)),
            Goodbye(reason: .finished, sentence: "all is done"))
    }

    /// Whether nobody is to be waited for who has not heard yet that all is done, and would wait for this member: those that
    /// are needed without end, for they may not have started; others, which may have died, for a while.
    private var haveAllHeard: Bool {
        let missing = members.filter { !isUp($0) && !gone.contains($0) }
        if missing.contains(where: { topology.hosts.contains($0) && instances[$0] == nil }) { return false }
        return wouldWaitInVain(for: missing)
    }

    /// Whether members have been waited for long enough.
    private func wouldWaitInVain(for missing: [Int]) -> Bool {
        if missing.isEmpty { return true }
        if patience == nil {
            patience = links.loop.assumeIsolated().scheduleTask(in: TimeAmount(timing.peerTimeout)) { [weak self] in
                self?.isImpatient = true
                self?.finishIfDone()
            }
        }
        return isImpatient
    }

    private func end(_ result: Result<PeersReport, PipelineError>, _ goodbye: Goodbye) {
        guard !hasEnded else { return }
        hasEnded = true
        for middle in middles.values { middle.cancel() }
        for timer in absences.values { timer.cancel() }
        patience?.cancel()
        outcome.end(result, goodbye)
    }

    // MARK: Losses

    /// A member that is needed is not there: the pipeline fails if it does not come back in time.
    private func awaits(_ place: Int, _ sentence: String) {
        guard absences[place] == nil else { return }
        absences[place] = links.loop.assumeIsolated().scheduleTask(in: TimeAmount(timing.peerTimeout)) { [weak self] in
            guard let self, absences.removeValue(forKey: place) != nil else { return }
            if areFlowsClosed {
                // All is done; only its goodbye is missing.
                isImpatient = true
                finishIfDone()
            } else {
                failForAbsence(of: place, sentence)
            }
        }
    }

    private func failForAbsence(of place: Int, _ sentence: String) {
        fail(
            PipelineError(
                code: .peerLost, stage: plan.pipeline,
                message:
                    "\(sentence); it \(duty(of: place)), and has what nobody else has: start all members again, and "
                    + "what was not done comes again"))
    }

    private func duty(of place: Int) -> String {
        let reads = topology.places[0].contains(place)
        let merges = topology.places.indices.contains {
            $0 > 0 && $0.isMultiple(of: 2) && topology.places[$0] == [place]
        }
        return reads ? (merges ? "reads the source and merges" : "reads the source") : "merges"
    }
}

// MARK: - What flows need

extension ExchangeMember: ExchangeEvents {
    var members: Range<Int> { 0..<links.memberCount }

    func send(_ frame: Frame, to place: Int) {
        guard place == topology.own else {
            links.send(CollectionOfOne(frame), to: place)
            return
        }
        links.loop.assumeIsolated().execute { [weak self] in self?.received(frame, from: place) }
    }

    func isUp(_ place: Int) -> Bool { place == topology.own || links.isConnected(to: place) }

    func stopRun(before flow: FlowAddress) { runs[Int(flow.exchange)]?.stop() }

    func fail(_ error: PipelineError) {
        guard failure == nil, !hasEnded else { return }
        failure = error
        for run in runs.values { run.cancel(error) }
        for middle in middles.values { middle.cancel() }
        finishIfDone()
    }

    func onLoop<Value>(_ value: Value) -> OnLoop<Value> { OnLoop(value, links.loop) }
}

// MARK: - What happens on connections

extension ExchangeMember: PeerEvents {
    func accepted(_ place: Int, _ facts: MemberFacts, epoch: UInt64) {
        guard !hasEnded else { return }
        absences.removeValue(forKey: place)?.cancel()
        let isNew = instances.updateValue(facts.instance, forKey: place).map { $0 != facts.instance } ?? false
        if failure != nil { return finishIfDone() }
        if isNew, topology.hosts.contains(place) {
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

    func gotRoom(_ place: Int) {}

    func received(_ frame: Frame, from place: Int) {
        guard !hasEnded, failure == nil else { return }
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
        case .hello, .announcement, .ready, .refusal, .heartbeat, .goodbye: break
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
                origin: place, target: topology.places[split + 2][0], isOrdered: topology.isOrdered(behind: split)),
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

extension Refusal.Reason {
    /// Whether trying again is no use.
    fileprivate var isLasting: Bool {
        switch self {
        case .version, .authentication, .wrongSecret, .planDiffers, .selfMissing, .duplicateAddress, .listDiffers,
            .listOrderDiffers, .wrongPlace, .duplicatePlace, .oldInstance, .untrustedCertificate:
            true
        case .notAPeer, .oldEpoch, .timedOut, .protocolError, .disconnected: false
        }
    }
}

extension String {
    /// As much of it as a frame takes, on one line.
    var wireSentence: String {
        var sentence = ""
        for character in unicodeScalars {
            let isControl = character.value < 0x20 || (0x7F...0x9F).contains(character.value)
            sentence.unicodeScalars.append(isControl ? " " : character)
            if sentence.utf8.count > WireLimits.maximumTextLength - 8 { break }
        }
        return sentence
    }
}
