import Connect
import Logging
import NIOCore

/// A member of a pipeline over all of its epochs: carries out what ``EpochState`` decides. Everything belongs to the loop of
/// the connections.
final class PeersMember {
    let plan: Plan
    let options: RunOptions
    let peersOptions: PeersOptions
    let links: PeerLinks
    private let outcome: PeersOutcome
    private(set) var peers: Peers
    private var state: EpochState
    private var instance: UInt64
    private(set) lazy var exchange = makeExchange(topology)
    private var topology: PeersTopology
    /// That of the epoch before: its runs have ended, and what they have posted may still come.
    private var retired: ExchangeMember?
    /// What was done in the epochs before.
    private var earlier = PeersReport(parts: [:])
    /// The list that this member's own membership gave last, until it is there.
    private var wanted: [PeerAddress]?
    /// The members that have said goodbye, and are not back.
    private var left: Set<Int> = []
    private var patience: Scheduled<Void>?
    private var isImpatient = false
    private var isJoinLimited = false
    /// Whether another member has ever been met.
    private var hasMet = false
    private var isStopping = false
    private var isLeaving = false
    /// Whether it has missed a change, and is to begin again as though it had just started.
    private var isRejoining = false
    private var hasEnded = false

    /// A member that has not begun.
    init(
        _ topology: PeersTopology, _ peers: Peers, plan: Plan, options: RunOptions, peersOptions: PeersOptions,
        links: PeerLinks, instance: UInt64, outcome: PeersOutcome
    ) {
        self.topology = topology
        self.peers = peers
        self.plan = plan
        self.options = options
        self.peersOptions = peersOptions
        self.links = links
        self.instance = instance
        self.outcome = outcome
        state = EpochState(own: peers.ownIndex, of: peers.members.count)
    }

    private func makeExchange(_ topology: PeersTopology) -> ExchangeMember {
        ExchangeMember(
            topology, plan: plan, options: options, peersOptions: peersOptions, links: links,
            start: instance &* 1024 &+ state.epoch % 1024, events: self)
    }

    /// Starts what this member reads or merges.
    func begin() { exchange.begin() }

    /// Stops: what has been read goes to its end.
    func stop() {
        // Where it is waited for, it may leave and come back; else whoever reads or merges ends the pipeline for all.
        guard case .wait = peersOptions.whenHostIsLost, !exchange.runs.isEmpty, hasMet, !exchange.isDone
        else {
            isStopping = true
            return exchange.stop()
        }
        guard !isLeaving else { return }
        isLeaving = true
        leave()
    }

    /// A change that is under way and ends all runs will do as well; another one is to come to its end first.
    private func leave() {
        exchange.isGoing = true
        if state.change == nil { follow(state.propose(texts(nil), .drain)) }
    }

    /// Ends at once.
    func abort() { exchange.abort() }

    private func texts(_ change: ListChange?) -> [String] { change?.list ?? peers.members.map(\.description) }

    // MARK: Lists

    /// How the list stands.
    func answer(_ status: ListAnswer.Status, _ epoch: UInt64? = nil, _ sentence: String = "") -> ListAnswer {
        ListAnswer(
            status: status, epoch: epoch ?? max(state.epoch, 1), place: UInt32(peers.ownIndex), sentence: sentence,
            members: peers.members.enumerated().map { place, address in
                ListAnswer.Member(address: "\(address)", isUp: exchange.isUp(place))
            })
    }

    /// Wants other members.
    ///
    /// - Parameter members: the list that is to be
    /// - Returns: whether it is so, will be, or cannot be
    @discardableResult
    func set(_ members: [PeerAddress]) -> ListAnswer {
        let list = members.map(\.description)
        if let change = state.change {
            if change.list == list { return answer(.proposed, change.epoch) }
            return answer(
                .refused, nil,
                "another change is under way, to \(change.list.joined(separator: ",")): try again afterwards")
        }
        if members == peers.members { return answer(.current) }
        if hasEnded || exchange.isDone || exchange.isWindingDown || exchange.failure != nil {
            return answer(.refused, nil, "the pipeline is at its end")
        }
        do {
            let way = try way(to: members)
            follow(state.propose(list, way))
            return answer(.proposed, state.change?.epoch)
        } catch {
            return answer(.refused, nil, "\(error)")
        }
    }

    /// Takes a list that this member's own membership gives: as soon as that can be.
    func take(_ members: [PeerAddress]) {
        wanted = members
        let answer = set(members)
        if answer.status == .refused, state.change == nil {
            wanted = nil
            options.logger.warning("the members stay as they are: \(answer.sentence)")
        }
    }

    private func way(to members: [PeerAddress]) throws -> ListChange.Way {
        try Peers.check(members)
        try PeerTransport.check(peersOptions.security, members)
        let next = try PeersTopology(plan, members, own: members.firstIndex(of: peers.own) ?? -1)
        if next.hostAddresses == topology.hostAddresses { return .goOn }
        if let obstacle = plan.obstaclesToGoingOn.first {
            throw plan.mistake(
                "cannot be read or merged by other instances while it runs: \(obstacle)",
                "Place it by .on(.node(…)), or stop all instances and start them with the new list.")
        }
        if plan.keepsPositionsInStore, options.checkpoints is MemoryCheckpointStore,
            next.hostAddresses.first != topology.hostAddresses.first
        {
            throw plan.mistake(
                "has the positions of its source in the memory of an instance that would not read it any more",
                "Give it checkpoints that all instances find, or place the source by .on(.node(…)).")
        }
        // Without one of them nothing would come to its end.
        return topology.hosts.allSatisfy { exchange.isUp($0) } ? .drain : .cut
    }

    // MARK: Changes

    private func follow(_ reply: EpochState.Reply) {
        guard reply == .adopted, let change = state.change else { return }
        options.logger.info(
            "the members are to be \(change.list.joined(separator: ",")) from epoch \(change.epoch) on")
        tell(.listChange(change))
        tellDrained()
        isImpatient = false
        for place in left { noteAbsence(of: place) }
        patience?.cancel()
        patience = links.loop.assumeIsolated().scheduleTask(in: TimeAmount(peersOptions.peerTimeout)) { [weak self] in
            guard let self else { return }
            isImpatient = true
            for place in peers.members.indices where !exchange.isUp(place) { noteAbsence(of: place) }
            advance()
        }
        exchange.prepare(change.way)
    }

    private func tell(_ frame: Frame) {
        for place in peers.members.indices where place != peers.ownIndex { exchange.send(frame, to: place) }
    }

    /// Who reads or merges is waited for in its own way, unless that is to end.
    private func noteAbsence(of place: Int) {
        let isTakenAway = state.change.map { !$0.list.contains("\(peers.members[place])") } ?? false
        if isTakenAway || !topology.hosts.contains(place) { state.setAbsent(place, true) }
    }

    /// Goes as far as what is known allows.
    private func advance() {
        guard !hasEnded else { return }
        if isRejoining {
            if exchange.isDrained { rejoin() }
            return
        }
        if state.isAgreed, exchange.isDrained, state.finish() { tellDrained() }
        if state.isComplete, let change = state.change { begin(change) }
    }

    private func tellDrained() {
        if let told = state.told { tell(.drained(told)) }
    }

    private func begin(_ change: ListChange) {
        patience?.cancel()
        let members = change.list.compactMap { try? PeerAddress($0) }
        let isOver = isLeaving && change.way != .goOn
        guard !isOver, let place = members.firstIndex(of: peers.own),
            let next = try? Peers(members, self: .index(place)),
            let topology = try? PeersTopology(plan, next)
        else {
            let sentence = isOver ? "it was asked to stop" : "it was taken from the list"
            return ended(.success(exchange.report), Goodbye(reason: .leaving, sentence: sentence))
        }
        options.logger.info("epoch \(change.epoch) begins with the members \(next)")
        state = EpochState(own: place, of: members.count, epoch: change.epoch)
        continueAs(next, topology, epoch: change.epoch, goesOn: change.way == .goOn)
        if isLeaving { return leave() }
        guard let wanted else { return }
        self.wanted = nil
        if wanted != members { take(wanted) }
    }

    private func continueAs(_ next: Peers, _ topology: PeersTopology, epoch: UInt64, goesOn: Bool) {
        peers = next
        self.topology = topology
        left = []
        if goesOn {
            links.change(next, epoch: epoch, instance: instance)
            exchange.goOn(topology)
        } else {
            earlier.add(exchange.report)
            exchange.retire()
            retired = exchange
            outcome.forget()
            exchange = makeExchange(topology)
            links.change(next, epoch: epoch, instance: instance)
            exchange.begin()
            if isStopping { exchange.stop() }
        }
    }

    /// The others have begun an epoch without this member.
    private func fallBehind(_ epoch: UInt64) {
        if let change = state.change, change.epoch == epoch {
            // It was agreed to; what this member has not finished by now, nobody waits for.
            state.finishOthers()
            if change.way == .goOn { _ = state.finish() }
            if !exchange.isDrained, change.way == .drain { exchange.prepare(.cut) }
            return advance()
        }
        guard !isRejoining else { return }
        isRejoining = true
        exchange.prepare(.cut)
        advance()
    }

    private func rejoin() {
        isRejoining = false
        instance = max(instance + 1, InstanceNumber.next())
        state = EpochState(own: peers.ownIndex, of: peers.members.count)
        continueAs(peers, topology, epoch: 0, goesOn: false)
    }

    /// Whoever is among others already may be about to have the same list: that is waited for, but not without end.
    private func limitJoining(_ refusal: Refusal) {
        guard !isJoinLimited else { return }
        isJoinLimited = true
        links.loop.assumeIsolated().scheduleTask(in: TimeAmount(peersOptions.peerTimeout)) { [weak self] in
            guard let self else { return }
            isJoinLimited = false
            guard !hasEnded, exchange.instances.isEmpty else { return }
            exchange.fail(PipelineError(code: .peerRefused, stage: plan.pipeline, message: refusal.sentence))
        }
    }
}

extension PeersMember: MemberEvents {
    func began(_ number: Int, _ run: PipelineRun) { outcome.began(number, run) }

    func ended(_ result: Result<PeersReport, PipelineError>, _ goodbye: Goodbye) {
        guard !hasEnded else { return }
        hasEnded = true
        patience?.cancel()
        exchange.retire()
        var all = earlier
        outcome.end(
            result.map { report in
                all.add(report)
                return all
            }, goodbye)
    }

    func hostReturned() { follow(state.propose(texts(state.change), .cut)) }

    func drained() { advance() }
}

extension PeersMember: PeerEvents {
    func accepted(_ place: Int, _ facts: MemberFacts, epoch: UInt64) {
        guard !hasEnded else { return }
        state.join(epoch)
        state.setAbsent(place, false)
        left.remove(place)
        hasMet = true
        if let change = state.change {
            exchange.send(.listChange(change), to: place)
            if let told = state.told { exchange.send(.drained(told), to: place) }
        }
        exchange.accepted(place, facts, epoch: epoch)
        advance()
    }

    func lost(_ place: Int, _ sentence: String, goodbye: Goodbye?) {
        guard !hasEnded else { return }
        if goodbye != nil { left.insert(place) }
        if goodbye != nil || isImpatient { noteAbsence(of: place) }
        exchange.lost(place, sentence, goodbye: goodbye)
        advance()
    }

    func refused(_ refusal: Refusal, at place: Int?) {
        guard !hasEnded else { return }
        switch refusal.reason {
        case .oldEpoch where refusal.epoch > links.facts.epoch: fallBehind(refusal.epoch)
        case .otherList where exchange.instances.isEmpty: limitJoining(refusal)
        default: exchange.refused(refusal, at: place)
        }
    }

    func gotRoom(_ place: Int) {}

    func received(_ frame: Frame, from place: Int) {
        guard !hasEnded else { return }
        switch frame {
        case .listChange(let change):
            // Whoever is through with everything only waits for others to hear of it.
            if exchange.isDone { return }
            follow(state.receive(change))
            advance()
        case .drained(let told):
            if state.receive(told) { tellDrained() }
            advance()
        default: exchange.received(frame, from: place)
        }
    }

    func asked(_ request: ListRequest) -> ListAnswer {
        if request.kind == .show { return answer(.current) }
        do {
            return set(try request.list.map { text throws(PeersError) in try PeerAddress(text) })
        } catch {
            return answer(.refused, nil, "\(error)")
        }
    }
}
