import Connect
import Testing

@testable import ConnectNetwork

@Suite("Merging")
struct MergeTests {
    private static func piece(
        _ number: UInt64, attempt: UInt32 = 0, first: Int = 0, _ elements: [Int], isLast: Bool = true, size: Int = 10
    ) -> BatchPiece<Int> {
        BatchPiece(number: number, attempt: attempt, first: first, elements: elements, isLast: isLast, size: size)
    }

    private static func ordered(isDeterministic: Bool = true) -> OrderedMerge<Int> {
        var merge = OrderedMerge<Int>(senders: 2, window: 20, reserve: 10, isDeterministic: isDeterministic)
        for sender in 0..<2 { merge.open(sender, generation: 1) }
        _ = signals(&merge)
        return merge
    }

    private static func signals(_ merge: inout some SimulatedMerge) -> [MergeSignal] {
        var all: [MergeSignal] = []
        while let signal = merge.nextSignal() { all.append(signal) }
        return all
    }

    private static func passOn(_ merge: inout some SimulatedMerge) throws -> [Int] {
        var elements: [Int] = []
        while let delivery = try merge.take() { elements += delivery.elements }
        return elements
    }

    // S-NET-2, D7
    @Test("Batches come out in the order of their numbers, also those that are empty")
    func order() throws {
        var merge = Self.ordered()
        try merge.receive(Self.piece(2, [3]), from: 0)
        try merge.receive(Self.piece(1, []), from: 1)
        #expect(try Self.passOn(&merge).isEmpty)
        try merge.receive(Self.piece(0, [1], isLast: false, size: 5), from: 1)
        try merge.receive(Self.piece(0, first: 1, [2], size: 5), from: 1)
        #expect(try Self.passOn(&merge) == [1, 2, 3])
        try merge.end(before: 3)
        #expect(merge.isFinished && merge.heldBytes == 0)
    }

    // S-NET-5
    @Test("What comes without credit is refused, save for the batch that is next, and that not without bound")
    func credit() throws {
        var merge = Self.ordered()
        try merge.receive(Self.piece(1, [1], size: 20), from: 0)
        #expect(throws: ProtocolError.self) { try merge.receive(Self.piece(2, [1]), from: 0) }
        try merge.receive(Self.piece(0, [1], isLast: false, size: 10), from: 0)
        #expect(throws: ProtocolError.self) {
            try merge.receive(Self.piece(0, first: 1, [2], isLast: false, size: 10), from: 0)
        }
        #expect(try Self.passOn(&merge) == [1])
        // What was passed on gives credit back.
        #expect(
            Self.signals(&merge) == [
                .credit(sender: 0, generation: 1, bytes: 10, next: 0)
            ])
        try merge.receive(Self.piece(0, first: 1, [2], size: 10), from: 0)
        #expect(try Self.passOn(&merge) == [2, 1])
        var unopened = OrderedMerge<Int>(senders: 1, window: 20, reserve: 10)
        #expect(throws: ProtocolError.self) { try unopened.receive(Self.piece(0, []), from: 0) }
    }

    // S-NET-5
    @Test("A new attempt goes on where the one before ended, and an old one is dropped")
    func skips() throws {
        var merge = Self.ordered()
        try merge.receive(Self.piece(0, [1, 2, 3], isLast: false), from: 0)
        #expect(try Self.passOn(&merge) == [1, 2, 3])
        merge.lose(0)
        try merge.receive(Self.piece(0, attempt: 1, [1, 2], isLast: false, size: 5), from: 1)
        #expect(try Self.passOn(&merge).isEmpty)
        try merge.receive(Self.piece(0, attempt: 1, first: 2, [3, 4], size: 5), from: 1)
        #expect(try Self.passOn(&merge) == [4])
        merge.acknowledge(below: 1)
        merge.open(0, generation: 2)
        try #require(Self.signals(&merge).contains(.credit(sender: 0, generation: 2, bytes: 20, next: 1)))
        // Somebody is to be told, even if all was passed on long ago.
        try merge.receive(Self.piece(0, attempt: 2, []), from: 0)
        #expect(
            Self.signals(&merge).contains(
                .acknowledgement(sender: 0, numbers: 0...0, attempt: 2, .ended(.done))))
    }

    // S-NET-5
    @Test("A new attempt begins again where stages are not deterministic, and is a fault where they only claim to be")
    func notDeterministic() throws {
        for isDeterministic in [false, true] {
            var merge = Self.ordered(isDeterministic: isDeterministic)
            try merge.receive(Self.piece(0, [1, 2, 3], isLast: false), from: 0)
            #expect(try Self.passOn(&merge) == [1, 2, 3])
            try merge.receive(Self.piece(0, attempt: 1, [2, 1]), from: 1)
            if isDeterministic {
                #expect(throws: ProtocolError.self) { _ = try merge.take() }
            } else {
                let delivery = try #require(try merge.take())
                #expect(delivery.isAnew && delivery.first == 0 && delivery.elements == [2, 1] && delivery.isLast)
            }
        }
    }

    // S-NET-4, S-ERR-2
    @Test("A batch that has failed is passed on as far as it came, and every sender of it is told what became of that")
    func failed() throws {
        try expectFailed(Self.ordered())
        var merge = UnorderedMerge<Int>(senders: 2, window: 40)
        for sender in 0..<2 { merge.open(sender, generation: 1) }
        try expectFailed(merge)
    }

    private func expectFailed(_ merge: some SimulatedMerge) throws {
        var merge = merge
        _ = Self.signals(&merge)
        var piece = Self.piece(0, [1, 2], isLast: false, size: 5)
        piece.isFailed = true
        try merge.receive(piece, from: 0)
        let delivery = try #require(try merge.take())
        #expect(delivery.elements == [1, 2] && delivery.isFailed && !delivery.isLast)
        let next = try merge.take()
        #expect(next == nil && !merge.isFinished)
        merge.cut(0, at: 2)
        #expect(
            Self.signals(&merge).contains(
                .acknowledgement(sender: 0, numbers: 0...0, attempt: 0, .cut(at: 2, .partial))))
        // Its sender is lost, and another one fails at the same element.
        merge.lose(0)
        piece.attempt = 1
        try merge.receive(piece, from: 1)
        _ = try Self.passOn(&merge)
        #expect(
            Self.signals(&merge).contains(
                .acknowledgement(sender: 1, numbers: 0...0, attempt: 1, .cut(at: 2, .partial))))
    }

    @Test("Gaps, repetitions and ends that do not agree are faults")
    func faults() throws {
        var merge = Self.ordered()
        #expect(throws: ProtocolError.self) { try merge.receive(Self.piece(0, first: 1, [1]), from: 0) }
        var other = Self.ordered()
        try other.receive(Self.piece(1, [1], size: 5), from: 0)
        #expect(throws: ProtocolError.self) { try other.receive(Self.piece(1, [1], size: 5), from: 0) }
        #expect(throws: ProtocolError.self) { try other.receive(Self.piece(1, [1], size: 5), from: 1) }
        try other.end(before: 4)
        #expect(throws: ProtocolError.self) { try other.end(before: 5) }
        #expect(throws: ProtocolError.self) { try other.receive(Self.piece(4, [1], size: 5), from: 1) }
    }

    // S-NET-4, T03
    @Test("Acknowledgements go to who sent a batch, as ranges, and a limit cuts a batch")
    func acknowledgements() throws {
        var merge = Self.ordered()
        for number in [0, 2, 3] as [UInt64] { try merge.receive(Self.piece(number, [1], size: 1), from: 0) }
        try merge.receive(Self.piece(1, [1], size: 1), from: 1)
        _ = try Self.passOn(&merge)
        #expect(
            Self.signals(&merge) == [
                .acknowledgement(sender: 0, numbers: 0...3, attempt: 0, .taken),
                .acknowledgement(sender: 1, numbers: 1...1, attempt: 0, .taken),
            ])
        merge.acknowledge(3, .cut(at: 1, .partial))
        #expect(
            Self.signals(&merge) == [
                .acknowledgement(sender: 0, numbers: 0...2, attempt: 0, .ended(.done)),
                .acknowledgement(sender: 1, numbers: 1...1, attempt: 0, .ended(.done)),
                .acknowledgement(sender: 0, numbers: 3...3, attempt: 0, .cut(at: 1, .partial)),
            ])
    }

    // S-NET-2
    // S-NET-4, S-NET-5
    @Test(
        "What was cut while it was on its way is told to the sender of a later attempt, too", arguments: [true, false])
    func cutAgain(isOrdered: Bool) throws {
        let unordered = UnorderedMerge<Int>(senders: 2, window: 40)
        var merge: any SimulatedMerge = isOrdered ? Self.ordered() : unordered
        if !isOrdered { for sender in 0..<2 { merge.open(sender, generation: 1) } }
        while merge.nextSignal() != nil {}
        try merge.receive(Self.piece(0, [1], isLast: false), from: 0)
        while try merge.take() != nil {}
        merge.cut(0, at: 1)
        merge.lose(0)
        try merge.receive(Self.piece(0, attempt: 1, [1, 2]), from: 1)
        while try merge.take() != nil {}
        var told: [MergeSignal] = []
        while let signal = merge.nextSignal() { told.append(signal) }
        #expect(
            told.contains(.acknowledgement(sender: 1, numbers: 0...0, attempt: 1, .cut(at: 1, .partial))), "\(told)")
    }

    @Test("Without order batches come as they come, and each is acknowledged by itself")
    func unordered() throws {
        var merge = UnorderedMerge<Int>(senders: 2, window: 20)
        for sender in 0..<2 { merge.open(sender, generation: 1) }
        _ = Self.signals(&merge)
        try merge.receive(Self.piece(4, [4]), from: 0)
        try merge.receive(Self.piece(1, [1], isLast: false, size: 5), from: 1)
        #expect(try Self.passOn(&merge) == [4, 1])
        merge.lose(1)
        try merge.receive(Self.piece(1, attempt: 1, [1, 2], size: 5), from: 0)
        #expect(try Self.passOn(&merge) == [2])
        _ = Self.signals(&merge)
        merge.acknowledge(1)
        #expect(Self.signals(&merge) == [.acknowledgement(sender: 0, numbers: 1...1, attempt: 1, .ended(.done))])
    }
}
