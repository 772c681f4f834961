import Connect
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("What a merge has passed on")
struct PassedBatchesTests {
    private static func delivery(_ number: UInt64, first: Int = 0, count: Int, isLast: Bool = true) -> MergeDelivery<
        Bytes
    > {
        MergeDelivery(
            number: number, first: first, elements: Array(repeating: "x", count: count), isLast: isLast, isAnew: false)
    }

    private static func done(_ passed: inout PassedBatches, isLimited: Bool = false) -> [UInt64] {
        var all: [UInt64] = []
        while let number = passed.nextDone(isLimited: isLimited) { all.append(number) }
        return all
    }

    // S-NET-4
    @Test("A batch is done when all that was passed on of it is, an empty one with those before it")
    func done() {
        var passed = PassedBatches()
        passed.append(Self.delivery(0, count: 0))
        #expect(Self.done(&passed) == [0])
        passed.append(Self.delivery(1, count: 2, isLast: false))
        passed.append(Self.delivery(1, first: 2, count: 1))
        passed.append(Self.delivery(2, count: 0))
        passed.append(Self.delivery(3, count: 4))
        passed.finish(below: 2)
        #expect(Self.done(&passed) == [])
        passed.finish(below: 3)
        #expect(Self.done(&passed) == [1, 2])
        passed.finish(below: 7)
        #expect(Self.done(&passed) == [3])
        #expect(passed.firstUndone == 4 && passed.end() == nil)
    }

    // S-NET-4, S-END-3
    @Test("Where a limit may have been reached, the batch of its last element counts as done in part")
    func limited() {
        var passed = PassedBatches()
        passed.append(Self.delivery(0, count: 3))
        passed.append(Self.delivery(1, count: 2))
        passed.append(Self.delivery(2, count: 0))
        passed.finish(below: 5)
        #expect(Self.done(&passed, isLimited: true) == [0])
        #expect(passed.end().map { [Int($0.number), $0.index] } == [1, 2])
    }

    // S-NET-4
    @Test("Of a batch that is done in part it is known how far, wherever it was cut", arguments: [1, 2, 3])
    func partial(done: Int) {
        var passed = PassedBatches()
        passed.append(Self.delivery(0, count: 2, isLast: false))
        passed.finish(below: Int64(min(done, 2)))
        _ = Self.done(&passed)
        passed.append(Self.delivery(0, first: 2, count: 2))
        passed.finish(below: Int64(done))
        _ = Self.done(&passed)
        #expect(passed.end().map { [Int($0.number), $0.index] } == [0, done])
    }

    // S-NET-4
    @Test("Without order all batches below the first that is not done are, and only that one can be done in part")
    func withoutOrder() {
        var passed = PassedBatches()
        passed.append(Self.delivery(2, count: 1))
        passed.append(Self.delivery(1, count: 1, isLast: false))
        passed.append(Self.delivery(0, count: 1))
        passed.append(Self.delivery(1, first: 1, count: 3))
        passed.finish(below: 3)
        #expect(Self.done(&passed) == [2, 0])
        #expect(passed.firstUndone == 1)
        passed.finish(below: 4)
        _ = Self.done(&passed)
        #expect(passed.end().map { [Int($0.number), $0.index] } == [1, 2])
    }
}
