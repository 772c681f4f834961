import Connect
import NIOCore

/// The run of a part that this member reads or merges, with its ends. All calls come on the loop.
final class PartRun {
    let number: Int
    private(set) var split: SplitEnd?
    private(set) var merge: MergeEnd?
    /// How it ended; nil while it is under way.
    private(set) var result: Result<RunReport, PipelineError>?
    private unowned let member: ExchangeMember
    private let door: DepartureDoor
    private let queue: ArrivalQueue
    private var run: PipelineRun?
    private var isSuspended = false

    /// A run that has not begun.
    init(_ number: Int, in member: ExchangeMember) {
        self.number = number
        self.member = member
        let (topology, limits) = (member.topology, member.limits)
        door = DepartureDoor(limit: limits.departing, scheduler: member.options.scheduler)
        // What it reads is put in only on the loop, so that it exists before it is asked for.
        let late = LateMerge()
        let way = member.onLoop(late)
        queue = ArrivalQueue(scheduler: member.options.scheduler) { way.run { $0.merge?.tookIn() } }
        if number < topology.stages.count {
            var limits = limits
            if let count = topology.stages[number].batchCount {
                limits.batchCount = min(count, limits.batchCount)
                limits.heldBatches = 2
            }
            split = SplitEnd(
                FlowAddress(exchange: UInt16(number), origin: UInt32(topology.own)), start: member.start,
                to: topology.places[number + 1],
                of: member.members.count, isOrdered: topology.isOrdered(behind: number),
                isKeyed: topology.isKeyed(number),
                door: door, limits: limits, exchange: member)
        }
        if number > 0 {
            let middle = topology.parts[number - 1]
            let senders = member.members.count
            let isOrdered = topology.isOrdered(behind: number - 2)
            merge = MergeEnd(
                UInt16(number - 1), origins: topology.places[number - 2].map { UInt32($0) },
                makeMerge: {
                    if isOrdered {
                        return OrderedMerge<Bytes>(
                            senders: senders, window: limits.window, reserve: limits.frame,
                            isDeterministic: middle.isDeterministic)
                    }
                    return UnorderedMerge<Bytes>(
                        senders: senders, window: limits.window, isDeterministic: middle.isDeterministic)
                }, queue: queue, limits: limits, exchange: member)
            late.merge = merge
        }
    }

    /// Starts it.
    func start() throws(PlanError) {
        let topology = member.topology
        var options = member.options
        var entry: PartEntry?
        var exit: PartExit?
        if let merge {
            options = options.behindFlows
            let way = member.onLoop(merge)
            let door = door
            entry = PartEntry(
                ArrivalSource(
                    queue: queue, partitions: topology.places[number - 2].indices.map { MergeEnd.partition($0) },
                    kind: topology.stages[number - 1].wireKind
                ) { positions in door.post { way.run { $0.finish(positions) } } })
        }
        if let split {
            exit = PartExit(
                SplitSink(
                    door: door, limits: member.limits, kind: topology.stages[number].wireKind,
                    isKeyed: topology.isKeyed(number), split: member.onLoop(split)))
        }
        let way = member.onLoop(self)
        let run = try PipelineRun(member.plan.part(number, entry: entry, exit: exit), options) { result in
            way.run { $0.ended(result) }
        }
        self.run = run
        member.events.began(number, run)
        awaitMembers()
        merge?.isLimited = { [weak run] in run?.hasCeiling ?? false }
        split?.failure = { [weak run] in run?.failure }
    }

    /// Keys belong to members that may only be starting; they get as long as one that is silent.
    private func awaitMembers() {
        guard let split, member.topology.isKeyed(number) else { return }
        member.links.loop.assumeIsolated().scheduleTask(in: TimeAmount(member.peersOptions.peerTimeout)) {
            [weak split] in
            split?.stopAwaiting()
        }
    }

    private func ended(_ result: Result<RunReport, PipelineError>) {
        switch result {
        case .success:
            merge?.ended(
                isLimited: run?.hasCeiling ?? false, isFailed: member.isWindingDown, isSuspended: isSuspended)
        case .failure where member.change == .cut:
            // It was made to: all begin again.
            break
        case .failure(let error):
            // A flow that has not come to its end by now never will.
            if split?.isFinished ?? true { member.windDown(error) } else { member.fail(error) }
            // Else it has not ended by itself, or nobody waits for what it has done.
            if member.isWindingDown { merge?.ended(isLimited: false, isFailed: true) }
        }
        split?.close()
        member.ended(self, result)
    }

    /// Keeps how it ended.
    func note(_ result: Result<RunReport, PipelineError>) {
        self.result = result
        run = nil
    }

    func stop() { run?.stop() }

    /// Lets it come to an end behind which another one goes on: what reads stops, what merges takes all that still comes.
    func suspend() {
        isSuspended = true
        split?.pause(false)
        run?.suspend()
        if number == 0 { run?.stop() }
    }

    /// Ends it soon: what is not done comes again.
    func cut(_ error: PipelineError) {
        isSuspended = true
        run?.suspend()
        cancel(error)
    }

    /// Goes on with other members, none of which is there yet.
    func goOn(_ topology: PeersTopology, of count: Int) {
        split?.goOn(
            FlowAddress(exchange: UInt16(number), origin: UInt32(topology.own)), to: topology.places[number + 1],
            of: count)
        awaitMembers()
        if number > 0 { merge?.goOn(origins: topology.places[number - 2].map { UInt32($0) }, of: count) }
    }

    func abort() { run?.abort() }

    /// Ends it with an error: whatever it waits for will not come.
    func cancel(_ error: PipelineError) {
        door.cancel(error)
        queue.cancel(error)
        run?.stop()
    }
}

extension RunOptions {
    /// For a run behind a split or a merge: whoever reads the source keeps the positions, and stops in time; here commits
    /// say what is through.
    var behindFlows: RunOptions {
        var options = self
        options.checkpoints = MemoryCheckpointStore()
        options.commitsAtOnce = true
        options.stopAfter = nil
        options.stopAt = nil
        return options
    }
}

/// A merge that is made after the queue that it fills.
private final class LateMerge {
    // The merge holds the queue, which asks for it here.
    weak var merge: MergeEnd?
}
