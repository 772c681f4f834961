import Connect
import Testing

@testable import ConnectNetwork

@Suite("The ledger of a split")
struct SplitLedgerTests {
    /// A ledger with batches on two lanes, and what it said.
    private static func ledger(_ batches: Int, lanes: Int = 2) -> (SplitLedger<String>, [String]) {
        var ledger = SplitLedger<String>(lanes: lanes, heldLimit: 1000, overhead: 1)
        for lane in 0..<lanes { ledger.laneIsUp(lane) }
        var said = drain(&ledger)
        for lane in 0..<lanes { ledger.grant(1000, lane: lane, generation: 1) }
        for number in 0..<batches { ledger.append("b\(number)", size: 10) }
        said += drain(&ledger)
        return (ledger, said)
    }

    private static func drain(_ ledger: inout SplitLedger<String>) -> [String] {
        var said: [String] = []
        while let action = ledger.nextAction() {
            switch action {
            case .open(let lane, let generation): said.append("open \(lane) \(generation)")
            case .send(let lane, let number, let attempt, let content):
                said.append("\(lane): \(number).\(attempt) \(content ?? "-")")
            case .end(let lane, _, let next): said.append("end \(lane) \(next)")
            }
        }
        return said
    }

    // S-NET-2
    @Test("Batches go to the lanes in turn, numbered, and the end goes to all")
    func inTurn() {
        var (ledger, said) = Self.ledger(3)
        ledger.end()
        said += Self.drain(&ledger)
        #expect(said == ["open 0 1", "open 1 1", "0: 0.0 b0", "1: 1.0 b1", "0: 2.0 b2", "end 0 3", "end 1 3"])
        #expect(!ledger.wantsMore && !ledger.isFinished)
    }

    // S-NET-2
    @Test("Without credit nothing is sent, and credit for an earlier begin of the flow is void")
    func credit() {
        var ledger = SplitLedger<String>(lanes: 1, heldLimit: 15, overhead: 1)
        #expect(!ledger.wantsMore)
        ledger.laneIsUp(0)
        ledger.grant(5, lane: 0, generation: 0)
        #expect(Self.drain(&ledger) == ["open 0 1"])
        #expect(!ledger.wantsMore)
        ledger.grant(1, lane: 0, generation: 1)
        #expect(ledger.wantsMore)
        ledger.append("b0", size: 10)
        ledger.append("b1", size: 10)
        ledger.append("b2", size: 10)
        #expect(Self.drain(&ledger) == ["0: 0.0 b0"])
        ledger.grant(1000, lane: 0, generation: 1)
        // However much credit there is, no more is kept on a lane than its limit and one batch.
        #expect(Self.drain(&ledger) == ["0: 1.0 b1"])
        #expect(ledger.heldBytes == 30 && !ledger.wantsMore)
    }

    // S-NET-4, D6
    @Test("Progress is what is done without a gap; what is said of other attempts or by others changes nothing")
    func progress() throws {
        var (ledger, _) = Self.ledger(4)
        try ledger.acknowledge(1...1, attempt: 0, lane: 1, .ended(.done))
        try ledger.acknowledge(0...0, attempt: 0, lane: 1, .ended(.done))
        try ledger.acknowledge(0...0, attempt: 7, lane: 0, .ended(.done))
        #expect(ledger.progress.number == 0)
        // A range concerns only what was sent on its lane.
        try ledger.acknowledge(0...3, attempt: 0, lane: 0, .ended(.invalid))
        #expect(ledger.progress == SplitLedger<String>.Progress(number: 3, index: 0))
        #expect(ledger.heldBytes == 10)
        #expect(throws: ProtocolError.self) {
            try ledger.acknowledge(3...4, attempt: 0, lane: 1, .ended(.done))
        }
        try ledger.acknowledge(3...3, attempt: 0, lane: 1, .ended(.done))
        ledger.end()
        #expect(ledger.isFinished)
    }

    // S-NET-5
    @Test("What a lost lane had goes to another, unchanged, as the next attempt; what was taken goes without content")
    func loss() throws {
        var (ledger, _) = Self.ledger(5)
        try ledger.acknowledge(0...0, attempt: 0, lane: 0, .taken)
        try ledger.acknowledge(1...1, attempt: 0, lane: 1, .taken)
        ledger.laneIsDown(0)
        // Lane 1 has batch 3 and is to take batch 2: it begins anew.
        #expect(Self.drain(&ledger) == ["open 1 2"])
        ledger.grant(1000, lane: 1, generation: 2)
        #expect(Self.drain(&ledger) == ["1: 2.1 b2", "1: 3.1 b3", "1: 4.1 b4", "1: 0.1 -", "1: 1.1 -"])
        // What the old attempt became does not count any more.
        try ledger.acknowledge(2...2, attempt: 0, lane: 0, .ended(.done))
        try ledger.acknowledge(0...4, attempt: 1, lane: 1, .ended(.done))
        #expect(ledger.progress.number == 5)
    }

    // S-NET-4, T03
    @Test("A limit in the middle of a batch is a ceiling: nothing behind it counts, nothing more is sent")
    func limit() throws {
        var (ledger, _) = Self.ledger(4)
        try ledger.acknowledge(2...2, attempt: 0, lane: 0, .cut(at: 7, .partial))
        ledger.stop(before: 3)
        try ledger.acknowledge(3...3, attempt: 0, lane: 1, .ended(.done))
        #expect(ledger.progress.number == 0 && !ledger.isFinished && !ledger.wantsMore)
        try ledger.acknowledge(0...0, attempt: 0, lane: 0, .ended(.done))
        try ledger.acknowledge(1...1, attempt: 0, lane: 1, .ended(.done))
        #expect(ledger.progress == SplitLedger<String>.Progress(number: 2, index: 7))
        #expect(ledger.isFinished)
        #expect(Self.drain(&ledger).isEmpty)
    }

    // S-NET-4, T03
    @Test("A limit between two batches needs no batch to be cut")
    func limitBetweenBatches() throws {
        var (ledger, _) = Self.ledger(4)
        ledger.stop(before: 2)
        try ledger.acknowledge(0...0, attempt: 0, lane: 0, .ended(.done))
        #expect(!ledger.isFinished)
        try ledger.acknowledge(1...3, attempt: 0, lane: 1, .ended(.done))
        try ledger.acknowledge(2...2, attempt: 0, lane: 0, .ended(.done))
        #expect(ledger.progress == SplitLedger<String>.Progress(number: 2, index: 0))
        #expect(ledger.isFinished)
    }

    // S-NET-5
    @Test("After the end, a loss opens a lane again, and the end is told again")
    func lossAfterTheEnd() throws {
        var (ledger, _) = Self.ledger(2)
        ledger.end()
        #expect(Self.drain(&ledger) == ["end 0 2", "end 1 2"])
        ledger.laneIsDown(0)
        #expect(Self.drain(&ledger) == ["open 1 2"])
        ledger.grant(100, lane: 1, generation: 2)
        #expect(Self.drain(&ledger) == ["1: 0.1 b0", "1: 1.1 b1", "end 1 2"])
        // One that returns is told that nothing follows.
        ledger.laneIsUp(0)
        #expect(Self.drain(&ledger) == ["open 0 2", "end 0 2"])
        try ledger.acknowledge(0...1, attempt: 1, lane: 1, .ended(.done))
        #expect(ledger.isFinished)
    }

    // S-NET-2
    @Test("A batch with a lane of its own goes there, and to another one while that is down")
    func slots() {
        var (ledger, _) = Self.ledger(0, lanes: 3)
        for slot in [2, 2, 0] { ledger.append("b", size: 1, slot: slot) }
        #expect(Self.drain(&ledger) == ["2: 0.0 b", "2: 1.0 b", "0: 2.0 b"])
        ledger.laneIsDown(2)
        #expect(Self.drain(&ledger) == ["open 0 2"])
        ledger.grant(100, lane: 0, generation: 2)
        #expect(Self.drain(&ledger) == ["0: 0.1 b", "0: 1.1 b", "0: 2.1 b"])
        // A request for an earlier begin of the flow is void; one for this begin is not.
        ledger.restart(0, generation: 1)
        #expect(Self.drain(&ledger).isEmpty)
        ledger.restart(0, generation: 2)
        #expect(Self.drain(&ledger) == ["open 0 3"])
    }

    // S-NET-2
    @Test("What belongs to a member that has not come yet waits for it, but not for ever")
    func awaits() {
        var ledger = SplitLedger<String>(lanes: 2, heldLimit: 1000, overhead: 1, awaitsLanes: true)
        ledger.laneIsUp(0)
        #expect(Self.drain(&ledger) == ["open 0 1"])
        ledger.grant(100, lane: 0, generation: 1)
        for slot in [0, 1, 0] { ledger.append("b", size: 1, slot: slot) }
        #expect(Self.drain(&ledger) == ["0: 0.0 b"])
        var other = ledger
        other.stopAwaiting()
        #expect(Self.drain(&other) == ["0: 1.0 b", "0: 2.0 b"])
        ledger.laneIsUp(1)
        ledger.grant(100, lane: 1, generation: 1)
        #expect(Self.drain(&ledger) == ["open 1 1", "1: 1.0 b", "0: 2.0 b"])
        // Once it has been there, it is lost like any other.
        ledger.laneIsDown(1)
        #expect(Self.drain(&ledger) == ["open 0 2"])
    }

    // S-NET-2
    @Test("A lane has no more batches at a time than it may")
    func counts() throws {
        var ledger = SplitLedger<String>(lanes: 1, heldLimit: 1000, heldBatches: 2, overhead: 1)
        ledger.laneIsUp(0)
        _ = Self.drain(&ledger)
        ledger.grant(100, lane: 0, generation: 1)
        for _ in 0..<3 { ledger.append("b", size: 1) }
        #expect(Self.drain(&ledger) == ["0: 0.0 b", "0: 1.0 b"] && !ledger.wantsMore)
        try ledger.acknowledge(0...0, attempt: 0, lane: 0, .taken)
        #expect(Self.drain(&ledger) == ["0: 2.0 b"])
    }
}
