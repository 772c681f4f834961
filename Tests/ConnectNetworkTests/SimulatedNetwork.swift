import Connect
import ConnectTesting

@testable import ConnectNetwork

/// Splits, peers and a merge with connections between them, in virtual time; what happens when is decided by a seed.
final class SimulatedNetwork {
    let shape: SimulatedShape
    private var numbers: SplitMix
    private var events = EventQueue()
    private var now = 0
    private var ledgers: [SplitLedger<[Int]>]
    private var given: [Int]
    private var merges: [any SimulatedMerge]
    /// By peer, then origin.
    private var peers: [[SimulatedPeer]]
    /// By peer, then origin: between a peer and a split.
    private var upLinks: [[SimulatedLink]]
    /// Between a peer and the merge.
    private var downLinks: [SimulatedLink]
    private var steps: Set<[Int]> = []
    /// Of each origin, the batches that were passed on to their end, and of these the ones that are done.
    private var passedOn: [Set<UInt64>]
    private var done: [Set<UInt64>]
    private(set) var judge: SimulationJudge
    private(set) var faults: [String] = []

    init(seed: UInt64, change: (inout SimulatedShape) -> Void = { _ in }) {
        numbers = SplitMix(seed: seed)
        var shape = SimulatedShape(&numbers)
        change(&shape)
        self.shape = shape
        ledgers = shape.batches.map { _ in
            SplitLedger(
                lanes: shape.peers, heldLimit: shape.heldLimit, overhead: SimulatedShape.overhead,
                isOrdered: shape.isOrdered)
        }
        given = Array(repeating: 0, count: shape.origins)
        passedOn = Array(repeating: [], count: shape.origins)
        done = passedOn
        let ordered = OrderedMerge<Int>(
            senders: shape.peers, window: shape.window, reserve: shape.reserve, isDeterministic: shape.isDeterministic)
        let unordered = UnorderedMerge<Int>(
            senders: shape.peers, window: shape.window, isDeterministic: shape.isDeterministic)
        let merge: any SimulatedMerge = shape.mergesInOrder ? ordered : unordered
        merges = Array(repeating: merge, count: shape.origins)
        peers = Array(repeating: Array(repeating: SimulatedPeer(shape), count: shape.origins), count: shape.peers)
        upLinks = []
        downLinks = []
        judge = SimulationJudge(shape)
        for _ in 0..<shape.peers {
            upLinks.append((0..<shape.origins).map { _ in SimulatedLink(slowness: slowness()) })
            downLinks.append(SimulatedLink(slowness: slowness()))
        }
    }

    private func slowness() -> Int { [0, 3, 30, 200].randomElement(using: &numbers) ?? 0 }

    private func later(_ most: Int, _ body: @escaping () -> Void) {
        events.add(at: now + Int.random(in: 1...max(1, most), using: &numbers), body)
    }

    /// Runs until all is done or nothing moves any more.
    ///
    /// - Returns: what went wrong
    func run() -> [String] {
        for origin in 0..<shape.origins {
            for peer in 0..<shape.peers { later(20) { self.splitFinds(peer, origin) } }
        }
        for _ in 0..<shape.troubles { later(600) { self.trouble() } }
        var count = 0
        while let event = events.next(), count < 400_000, faults.isEmpty {
            now = event.time
            event.body()
            count += 1
        }
        for (origin, ledger) in ledgers.enumerated() where !ledger.isFinished {
            faults.append(
                "origin \(origin) is stuck at batch \(ledger.progress.number) of \(shape.batches[origin].count), "
                    + "\(passedOn[origin].count) were passed on, after \(count) events at \(now)")
        }
        return faults + (faults.isEmpty ? judge.faults() : [])
    }

    private func check(_ body: () throws -> Void) {
        do { try body() } catch { faults.append("\(error)") }
    }
}

// MARK: - Splits

extension SimulatedNetwork {
    private func splitFinds(_ peer: Int, _ origin: Int) {
        guard upLinks[peer][origin].isUp else { return }
        ledgers[origin].laneIsDown(peer)
        ledgers[origin].laneIsUp(peer)
        pump(origin)
    }

    /// Hands over what the ledger wants to be told, and new batches.
    private func pump(_ origin: Int) {
        while true {
            if let action = ledgers[origin].nextAction() {
                tell(action, origin)
            } else if given[origin] < shape.batches[origin].count {
                guard ledgers[origin].wantsMore else { break }
                let batch = shape.batches[origin][given[origin]]
                ledgers[origin].append(
                    batch, size: batch.count + SimulatedShape.overhead,
                    slot: shape.hasKeys ? Int.random(in: 0..<shape.peers, using: &numbers) : nil)
                given[origin] += 1
            } else if given[origin] == shape.batches[origin].count {
                ledgers[origin].end()
                given[origin] += 1
            } else {
                break
            }
        }
        let bound = (shape.peers + 1) * (shape.heldLimit + shape.largestBatch)
        if ledgers[origin].heldBytes > bound {
            faults.append("a split keeps \(ledgers[origin].heldBytes) bytes, \(bound) are allowed")
        }
        let progress = ledgers[origin].progress.number
        if let early = (0..<progress).first(where: { !done[origin].contains($0) }) {
            faults.append("batch \(early) counts as done, though it is not")
        }
    }

    private func tell(_ action: SplitLedger<[Int]>.Action, _ origin: Int) {
        switch action {
        case .open(let peer, let generation):
            toPeer(peer, origin) { self.peerOpens(peer, origin, generation) }
        case .send(let peer, let number, let attempt, let content):
            toPeer(peer, origin) {
                self.check { try self.peers[peer][origin].receive(number, attempt, content) }
                self.work(peer, origin)
            }
        case .end(let peer, _, let next):
            toPeer(peer, origin) {
                self.peers[peer][origin].receiveEnd(next)
                self.work(peer, origin)
            }
        }
    }

    private func toPeer(_ peer: Int, _ origin: Int, _ body: @escaping () -> Void) {
        send(over: \.upLinks[peer][origin], direction: 0, body)
    }

    private func toSplit(_ peer: Int, _ origin: Int, _ body: @escaping () -> Void) {
        send(over: \.upLinks[peer][origin], direction: 1) {
            body()
            self.pump(origin)
        }
    }

    private func send(
        over link: ReferenceWritableKeyPath<SimulatedNetwork, SimulatedLink>, direction: Int,
        _ body: @escaping () -> Void
    ) {
        guard self[keyPath: link].isUp else { return }
        let age = self[keyPath: link].age
        let arrival = self[keyPath: link].arrival(now: now, direction: direction, &numbers)
        events.add(at: arrival) {
            if self[keyPath: link].age == age { body() }
        }
    }
}

// MARK: - Peers

extension SimulatedNetwork {
    private func peerOpens(_ peer: Int, _ origin: Int, _ generation: UInt32) {
        peers[peer][origin].open(generation: generation, isBroken: !downLinks[peer].isUp)
        send(over: \.downLinks[peer], direction: 0) {
            self.merges[origin].open(peer, generation: generation)
            self.settle(origin)
        }
        work(peer, origin)
    }

    /// Lets the peer work in a while, on one thing at a time.
    private func work(_ peer: Int, _ origin: Int) {
        if let bytes = peers[peer][origin].inputGrant() {
            let generation = peers[peer][origin].generation
            toSplit(peer, origin) { self.ledgers[origin].grant(bytes, lane: peer, generation: generation) }
        }
        guard steps.insert([peer, origin]).inserted else { return }
        later(5) {
            self.steps.remove([peer, origin])
            switch self.peers[peer][origin].step(&self.numbers) {
            case .idle: return
            case .working: break
            case .send(let piece):
                self.send(over: \.downLinks[peer], direction: 0) {
                    self.check { try self.merges[origin].receive(piece, from: peer) }
                    self.settle(origin)
                }
            case .ended(let next):
                self.send(over: \.downLinks[peer], direction: 0) {
                    self.check { try self.merges[origin].end(before: next) }
                    self.settle(origin)
                }
            }
            self.work(peer, origin)
        }
    }
}

// MARK: - The merge

extension SimulatedNetwork {
    private func settle(_ origin: Int) {
        tellPeers(origin)
        guard steps.insert([origin]).inserted else { return }
        later(8) {
            self.steps.remove([origin])
            self.passOn(origin)
        }
    }

    private func tellPeers(_ origin: Int) {
        let bound = shape.peers * (shape.window + shape.reserve + shape.fragmentLimit + 1)
        if merges[origin].heldBytes > bound {
            faults.append("the merge holds \(merges[origin].heldBytes) bytes, \(bound) are allowed")
        }
        while let signal = merges[origin].nextSignal() {
            switch signal {
            case .credit(let peer, let generation, let bytes, let next):
                send(over: \.downLinks[peer], direction: 1) {
                    self.peers[peer][origin].grant(bytes, next: next, generation: generation)
                    self.work(peer, origin)
                }
            case .acknowledgement(let peer, let range, let attempt, let verdict):
                send(over: \.downLinks[peer], direction: 1) {
                    self.toSplit(peer, origin) {
                        self.check {
                            try self.ledgers[origin].acknowledge(range, attempt: attempt, lane: peer, verdict)
                        }
                    }
                }
            }
        }
    }

    private func passOn(_ origin: Int) {
        check {
            guard let delivery = try merges[origin].take() else { return tellPeers(origin) }
            judge.receive(delivery, origin)
            if delivery.isLast { passedOn[origin].insert(delivery.number) }
            if !shape.acknowledgesAtEnd {
                let numbers = passedOn[origin]
                later(40) { self.finish(numbers, origin) }
            }
            settle(origin)
        }
        // The end may also come after the last batch.
        if merges[origin].isFinished, done[origin] != passedOn[origin] { finish(passedOn[origin], origin) }
    }

    private func finish(_ numbers: Set<UInt64>, _ origin: Int) {
        done[origin].formUnion(numbers)
        merges[origin].finish(numbers)
        settle(origin)
    }
}

// MARK: - Troubles

extension SimulatedNetwork {
    private func trouble() {
        let peer = Int.random(in: 0..<shape.peers, using: &numbers)
        let origin = Int.random(in: 0..<shape.origins, using: &numbers)
        switch Int.random(in: 0...2, using: &numbers) {
        case 0: crash(peer)
        case 1: cutUp(peer, origin)
        default: cutDown(peer)
        }
    }

    private func crash(_ peer: Int) {
        for origin in 0..<shape.origins {
            peers[peer][origin] = SimulatedPeer(shape)
            cutUp(peer, origin)
        }
        cutDown(peer)
    }

    /// The split finds the loss after a while, and finds the peer again later; the peer works on meanwhile.
    private func cutUp(_ peer: Int, _ origin: Int) {
        guard upLinks[peer][origin].isUp else { return }
        upLinks[peer][origin].cut()
        later(100) {
            self.ledgers[origin].laneIsDown(peer)
            self.pump(origin)
            self.later(300) {
                self.upLinks[peer][origin].isUp = true
                self.splitFinds(peer, origin)
            }
        }
    }

    /// What was under way to the merge is lost, so the peer asks for all of it again.
    private func cutDown(_ peer: Int) {
        guard downLinks[peer].isUp else { return }
        downLinks[peer].cut()
        for origin in 0..<shape.origins { peers[peer][origin].lose() }
        later(100) {
            for origin in 0..<self.shape.origins {
                self.merges[origin].lose(peer)
                self.settle(origin)
            }
            self.later(300) {
                self.downLinks[peer].isUp = true
                for origin in 0..<self.shape.origins where self.peers[peer][origin].isBroken {
                    let generation = self.peers[peer][origin].generation
                    self.toSplit(peer, origin) { self.ledgers[origin].restart(peer, generation: generation) }
                }
            }
        }
    }
}
