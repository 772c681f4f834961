import Connect
import ConnectTesting
import Testing

@Suite("Buffers that are filled again")
struct BytesBufferPoolTests {
    @Test("Bytes never change as long as anybody has them, whatever is filled meanwhile", arguments: [1, 2, 3])
    func bytesStay(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let pool = BytesBufferPool(mostBuffers: 4, bytes: 100...1_000)
        var held: [(bytes: Bytes, octet: UInt8)] = []
        for round in 0..<10_000 {
            let octet = UInt8(truncatingIfNeeded: round)
            let capacity = Int.random(in: 0...1_200, using: &random)
            let buffer = pool.buffer(capacity: capacity)
            #expect(buffer.capacity >= capacity)
            let (bytes, memory) = buffer.opened()
            for index in 0..<capacity { memory[index] = octet }
            held.append((bytes[0..<capacity], octet))
            while held.count > Int.random(in: 0...8, using: &random) {
                let (bytes, octet) = held.remove(at: Int.random(in: held.indices, using: &random))
                #expect(bytes.allSatisfy { $0 == octet }, "round \(round), seed \(seed)")
            }
        }
    }

    @Test("A buffer comes again once nobody has it, unless it is too small, too large or not one to keep")
    func comesAgain() {
        let pool = BytesBufferPool(mostBuffers: 2, bytes: 100...1_000)
        func identity(_ capacity: Int) -> ObjectIdentifier { ObjectIdentifier(pool.buffer(capacity: capacity)) }
        let first = pool.buffer(capacity: 400)
        let isOther = identity(400) != ObjectIdentifier(first)
        #expect(isOther)
        #expect(identity(400) == identity(400))
        #expect(pool.buffer(capacity: 400).capacity <= 800)
        #expect(pool.buffer(capacity: 100).capacity <= 200)
        #expect(pool.buffer(capacity: 99).capacity == 99)
        #expect(pool.buffer(capacity: 1_001).capacity == 1_001)
        withExtendedLifetime(first) {}
    }
}
