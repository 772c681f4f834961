import ConnectTesting
import Testing

@testable import Connect

/// Where the bytes of a batch stand, and that nobody writes over them.
@Suite("Columns of bytes")
struct BytesColumnTests {
    private let partition = PartitionID(index: 0)

    @Test("Bytes cut from a batch never change, however often it is cleared and filled", arguments: [1, 2, 3])
    func bytesStay(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var batch = Batch<Bytes>(capacity: 200)
        var held: [(bytes: Bytes, octet: UInt8)] = []
        for round in 0..<200 {
            let octet = UInt8(truncatingIfNeeded: round)
            let most = Bool.random(using: &random) ? 100 : 1_500
            while !batch.isFull {
                let count = Int.random(in: 0...most, using: &random)
                batch.append(Bytes(Array(repeating: octet, count: count)))
            }
            for index in 0..<batch.count where Int.random(in: 0..<50, using: &random) == 0 {
                held.append((batch[index], octet))
            }
            batch.clear()
            let kept = Int.random(in: 0...30, using: &random)
            while held.count > kept {
                let (bytes, octet) = held.remove(at: Int.random(in: held.indices, using: &random))
                #expect(bytes.allSatisfy { $0 == octet }, "round \(round), seed \(seed)")
            }
        }
    }

    @Test("A buffer that others had when the batch was cleared is filled again once they have not")
    func fillsAgain() {
        var batch = Batch<Bytes>(capacity: 100)
        func fill() -> Bytes {
            for octet in 0..<UInt8(100) { batch.append(Bytes(Array(repeating: octet, count: 500))) }
            return batch[0]
        }
        func isFilled(_ buffer: BytesBuffer?) -> Bool {
            let filled = batch.column.builder.buffer
            return filled === buffer
        }
        var first: Bytes? = fill()
        // Nobody else keeps it: that it is there at the end is the column's doing, and not a new one at its address.
        weak let buffer = first?.buffer
        batch.clear()
        let second = fill()
        #expect(!isFilled(buffer))
        #expect(first == Bytes(Array(repeating: 0, count: 500)))
        first = nil
        batch.clear()
        let third = fill()
        #expect(buffer != nil && isFilled(buffer))
        #expect(second == third)
    }

    @Test(
        "Elements that stand one behind the other in one long buffer are not copied; all others are", arguments: 1...40)
    func shares(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let count = Int.random(in: 1...60, using: &random)
        let length = Int.random(in: 0...1_200, using: &random)
        let isInOrder = Bool.random(using: &random)
        let isOne = Bool.random(using: &random)
        let isEmpty = Bool.random(using: &random)
        let whole = Bytes((0..<(count * (length + 4))).map { UInt8(truncatingIfNeeded: $0 / 3) })
        var elements = (0..<count).map { whole[($0 * (length + 4) + 4)..<(($0 + 1) * (length + 4))] }
        if !isInOrder { elements.reverse() }
        if !isOne { elements[count - 1] = Bytes(Array(elements[count - 1])) }
        var batch = SourceBatch<Bytes>(capacity: 100)
        if !isEmpty { batch.append("before", partition: partition, offset: 6) }
        batch.append(elements[...], partition: partition, offset: 7)
        let isLong = count * (length + 4) - 4 >= SourceBatch<Bytes>.shareMinimum
        let isShared = batch.isShared
        #expect(isShared == (isEmpty && isLong && (isInOrder || count == 1) && isOne), "seed \(seed)")
        batch.append("behind", partition: partition, offset: Int64(7 + count))
        let expected = (isEmpty ? [] : ["before"]) + elements + ["behind"]
        let found = (0..<batch.count).map { batch.batch[$0] }
        #expect(found == expected, "seed \(seed)")
        // All of them are numbered one by one.
        #expect(batch.runs.count == 1)
    }
}
