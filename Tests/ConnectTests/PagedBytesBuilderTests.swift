import ConnectTesting
import Testing

@testable import Connect

@Suite("Values that share pages of memory")
struct PagedBytesBuilderTests {
    private struct Refusal: Error {}

    private static func address(_ bytes: Bytes) -> UInt { bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }

    @Test("Values never change, whatever is built or fails behind them", arguments: [1, 2, 3])
    func valuesStay(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var builder = PagedBytesBuilder()
        var held: [(bytes: Bytes, expected: [UInt8])] = []
        for round in 0..<1_000 {
            let most = [0, 10, 300, 300, 300, 5_000, 60_000][random.below(7)]
            let expected = (0..<random.below(most + 1)).map { UInt8(truncatingIfNeeded: round &+ $0) }
            let half = expected.count / 2
            if random.below(4) == 0 {
                #expect(throws: Refusal.self) {
                    try builder.build { output throws(Refusal) in
                        expected.withUnsafeBytes { output.append($0) }
                        throw Refusal()
                    }
                }
            } else {
                let bytes = builder.build { output in
                    expected[..<half].withUnsafeBytes { output.append($0) }
                    expected[half...].withUnsafeBytes { output.append($0) }
                }
                held.append((bytes, expected))
            }
            while held.count > random.below(200) {
                let (bytes, expected) = held.remove(at: random.below(held.count))
                #expect(bytes.elementsEqual(expected), "round \(round), seed \(seed)")
            }
        }
    }

    @Test("Small values stand one behind the other")
    func shared() {
        var builder = PagedBytesBuilder()
        let values = (0..<100).map { number in builder.build { $0.append(Bytes("value \(number)")) } }
        for (one, next) in zip(values, values.dropFirst()) {
            #expect(Self.address(next) == Self.address(one) + UInt(one.count))
        }
        #expect(values.map(\.description) == (0..<100).map { "value \($0)" })
        let nothing = builder.build { _ in }
        #expect(nothing.isEmpty)
    }

    @Test("What a failed value had appended is written over by the next")
    func failed() {
        var builder = PagedBytesBuilder()
        let first = builder.build { $0.append(Bytes("first")) }
        #expect(throws: Refusal.self) {
            try builder.build { output throws(Refusal) in
                output.append(Bytes("nothing"))
                throw Refusal()
            }
        }
        let second = builder.build { $0.append(Bytes("second")) }
        #expect(Self.address(second) == Self.address(first) + UInt(first.count))
        #expect(second == "second")
    }

    @Test("A value beyond a page has memory of about its own size, and small ones behind it stand in a page again")
    func large() {
        var builder = PagedBytesBuilder()
        _ = builder.build { $0.append(Bytes("small")) }
        let octets = [UInt8](repeating: 7, count: 3 * PagedBytesBuilder.pageBytes)
        for _ in 0..<3 {
            let value = builder.build { output in octets.withUnsafeBytes { output.append($0) } }
            #expect(value.elementsEqual(octets))
            #expect(value.buffer.capacity <= 2 * octets.count)
        }
        // The first stands where a large one was expected: it is copied, so that it does not hold as much.
        let (one, two, three) = (
            builder.build { $0.append(1) }, builder.build { $0.append(2) }, builder.build { $0.append(3) }
        )
        #expect(one.buffer.capacity == 1)
        #expect(two.buffer.capacity == PagedBytesBuilder.pageBytes)
        #expect(Self.address(three) == Self.address(two) + 1)
        #expect([one[0], two[0], three[0]] == [1, 2, 3])
    }
}
