import Connect
import NIOCore

/// A member of a pipeline that several share, in one epoch: joins the runs of its parts by flows to the other members.
/// Everything belongs to the loop of the connections.
final class ExchangeMember {
    var topology: PeersTopology
    let plan: Plan
    let options: RunOptions
    let peersOptions: PeersOptions
    let links: PeerLinks
    /// Which start of this member's runs this is, for those that read batches of other starts.
    let start: UInt64
    unowned let events: any MemberEvents

    var splits: [FlowAddress: SplitEnd] = [:]
    var middles: [FlowAddress: MiddleFlow] = [:]
    var merges: [UInt16: MergeEnd] = [:]
    /// The runs of the parts that this member reads or merges.
    var runs: [Int: PartRun] = [:]
    /// The flows of which the origin has said that all is done.
    var closed: Set<FlowAddress> = []
    var instances: [Int: UInt64] = [:]
    var absences: [Int: Scheduled<Void>] = [:]
    /// The members that have said that all is done.
    var gone: Set<Int> = []
    /// Runs when members that are not there have been waited for long enough.
    var patience: Scheduled<Void>?
    var isImpatient = false
    /// Runs when nobody that is needed has been found in time.
    private var loneliness: Scheduled<Void>?
    var isStopping = false
    /// Whether it leaves, and the others may wait for its return: it does not fail for them.
    var isGoing = false
    /// How the members are about to change; nil while they are not.
    var change: ListChange.Way?
    /// How often the members have changed while the runs went on.
    var round = 0
    /// Whether it fails for itself only, so that the others go on without it.
    private var failsAlone = false
    /// Why the pipeline is to end, once what stands before that is at its end; nil where nothing has failed.
    var failing: PipelineError?
    /// What all members are told of that; empty where nothing has failed.
    var reasonToWindDown = ""
    /// Why the pipeline ends; nil while it goes on.
    private(set) var failure: PipelineError?
    private(set) var hasEnded = false

    /// A member that has not begun.
    init(
        _ topology: PeersTopology, plan: Plan, options: RunOptions, peersOptions: PeersOptions, links: PeerLinks,
        start: UInt64, events: any MemberEvents
    ) {
        self.topology = topology
        self.plan = plan
        self.options = options
        self.peersOptions = peersOptions
        self.links = links
        self.start = start
        self.events = events
    }

    var limits: ExchangeLimits { peersOptions.limits }

    /// Whether it neither reads nor merges, so that the others can do without it.
    private var onlyHelps: Bool { !topology.hosts.contains(topology.own) }

    /// Starts the runs of the parts that this member reads or merges.
    func begin() {
        for part in topology.ownParts where failure == nil { start(part) }
        expectHosts()
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

    /// Fails in time where nobody of those that are needed is there: they may have ended long ago.
    func expectHosts() {
        let others = topology.hosts.subtracting([topology.own]).subtracting(gone).sorted()
        guard !others.isEmpty else { return }
        loneliness = schedule(after: peersOptions.startTimeout) { member in
            guard others.allSatisfy({ member.instances[$0] == nil }) else { return }
            let names = others.map { "member \($0) (\(member.topology.members[$0]))" }.joined(separator: ", ")
            member.fail(
                PipelineError(
                    code: .peerLost, stage: member.plan.pipeline,
                    message:
                        "none of those that read the source or merge has answered within "
                        + "\(member.peersOptions.startTimeout): \(names); see whether they run, or have ended already"),
                alone: member.onlyHelps)
        }
    }

    @discardableResult
    func schedule(
        after delay: Duration, _ body: @escaping (ExchangeMember) -> Void
    ) -> Scheduled<Void> {
        links.loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
            if let self, !hasEnded { body(self) }
        }
    }

    // MARK: The end

    /// A run of this member's own has ended.
    func ended(_ part: PartRun, _ result: Result<RunReport, PipelineError>) {
        part.note(result)
        finishIfDone()
        if change != nil { events.drained() }
    }

    /// Stops: what has been read goes to its end.
    func stop() {
        guard !isStopping, !hasEnded else { return }
        if change == .goOn { resume() }
        isStopping = true
        // Whoever reads or merges ends the pipeline for all; a member that only helps leaves it.
        for run in runs.values { run.stop() }
        if runs.isEmpty { leave() }
    }

    /// Ends at once.
    func abort() {
        isStopping = true
        isGoing = true
        for run in runs.values { run.abort() }
        if runs.isEmpty { leave() }
    }

    private func leave() {
        end(.success(report), Goodbye(reason: .leaving, sentence: "it was asked to stop"))
    }

    /// What the runs of this member have done.
    var report: PeersReport {
        var reports: [Int: RunReport] = [:]
        for (number, run) in runs { reports[number] = try? run.result?.get() }
        return PeersReport(parts: reports, isAlone: topology.stages.isEmpty)
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

    func finishIfDone() {
        guard !hasEnded, runs.values.allSatisfy({ $0.result != nil }) else { return }
        if failure == nil, areFlowsClosed { failure = failing.map(located) }
        if let failure {
            let isOwn = failure.code != .peerLost && failure.code != .peerRefused
            // Who has only just started is to hear of it, too.
            if isGoing, peersOptions.whenHostIsLost != .fail {
                // The others wait for a new start.
                return end(.failure(failure), Goodbye(reason: .leaving, sentence: "it has left before its end"))
            }
            if failsAlone {
                return end(
                    .failure(failure), Goodbye(reason: .leaving, sentence: "it misses a member that it helps"))
            }
            if isOwn, !wouldWaitInVain(for: members.filter { $0 != topology.own && instances[$0] == nil }) { return }
            return end(.failure(failure), Goodbye(reason: .failed, sentence: "\(failure)".wireSentence))
        }
        // What has ended because the members change is not all.
        guard change == nil || change == .goOn, areFlowsClosed, haveAllHeard else { return }
        end(.success(report), Goodbye(reason: .finished, sentence: "all is done"))
    }

    /// Whether all is done, and only the others are waited for.
    var isDone: Bool { change == nil && areFlowsClosed && runs.values.allSatisfy { $0.result != nil } }

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
            patience = schedule(after: peersOptions.peerTimeout) { member in
                member.isImpatient = true
                member.finishIfDone()
            }
        }
        return isImpatient
    }

    func end(_ result: Result<PeersReport, PipelineError>, _ goodbye: Goodbye) {
        guard !hasEnded else { return }
        retire()
        events.ended(result, goodbye)
    }

    /// Does nothing any more; its runs have ended, or are left to themselves.
    func retire() {
        hasEnded = true
        for middle in middles.values { middle.cancel() }
        for timer in absences.values { timer.cancel() }
        patience?.cancel()
        loneliness?.cancel()
    }

    // MARK: Losses

    /// A member that is needed is not there: the pipeline fails if it does not come back in time.
    func awaits(_ place: Int, _ sentence: String) {
        guard absences[place] == nil else { return }
        // Those that are needed decide about each other first.
        let patience = peersOptions.patience * (onlyHelps ? 2 : 1)
        absences[place] = schedule(after: areFlowsClosed ? peersOptions.peerTimeout : patience) { member in
            guard member.absences.removeValue(forKey: place) != nil else { return }
            if member.areFlowsClosed {
                // All is done; only its goodbye is missing.
                member.isImpatient = true
                member.finishIfDone()
            } else {
                member.failForAbsence(of: place, sentence)
            }
        }
    }

    /// Fails because a member is not there. Whether that one is lost to all or to this member only, those that are needed
    /// themselves find out among each other: who only helps fails alone, so that what it has goes to the others.
    func failForAbsence(of place: Int, _ sentence: String) {
        fail(
            PipelineError(
                code: .peerLost, stage: plan.pipeline,
                message:
                    "\(sentence); it \(duty(of: place)), and has what nobody else has: start all members again, and "
                    + "what was not done comes again"),
            alone: onlyHelps)
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
    var members: Range<Int> { topology.members.indices }

    func send(_ frame: Frame, to place: Int) {
        // What is still said of an epoch that is over is nothing to those of the next.
        if hasEnded { return }
        guard place == topology.own else {
            links.send(CollectionOfOne(frame), to: place)
            return
        }
        links.loop.assumeIsolated().execute { [weak self, round] in
            if let self, self.round == round { received(frame, from: place) }
        }
    }

    func isUp(_ place: Int) -> Bool { place == topology.own || links.isConnected(to: place) }

    func stopRun(before flow: FlowAddress) { runs[Int(flow.exchange)]?.stop() }

    func fail(_ error: PipelineError) { fail(error, alone: false) }

    private func fail(_ error: PipelineError, alone: Bool) {
        // The first failure counts: what is missed behind one of its own must not keep that from the others.
        guard failure == nil, !hasEnded else { return }
        failure = failing ?? error
        failsAlone = alone && failing == nil
        for run in runs.values { run.cancel(error) }
        for middle in middles.values { middle.cancel() }
        finishIfDone()
    }

    func drained() { events.drained() }

    func onLoop<Value>(_ value: Value) -> OnLoop<Value> { OnLoop(value, links.loop) }
}
