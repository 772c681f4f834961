import Connect
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("What the middle makes of batches")
struct MiddleOutputTests {
    private static func limits(_ bytes: Int = 1 << 16) -> ExchangeLimits {
        var limits = ExchangeLimits()
        limits.batchBytes = bytes
        return limits
    }

    /// An output to which batches have come: of each its number and how many elements it has.
    private static func output(
        keepsOrder: Bool = true, _ batches: [(UInt64, Int)], bytes: Int = 1 << 16
    ) -> MiddleOutput {
        var output = MiddleOutput(keepsOrder: keepsOrder, limits: limits(bytes))
        for (number, count) in batches {
            output.begin(number, attempt: UInt32(number))
            output.complete(count)
        }
        return output
    }

    /// The fragments that are ready, as text: number, first element, elements, a full stop behind the last, and a mark where
    /// it has failed.
    private static func pieces(_ output: inout MiddleOutput) -> [String] {
        var all: [String] = []
        while let piece = output.nextPiece() {
            let ending = piece.isLast ? "." : piece.isFailed ? "!" : ""
            all.append("\(piece.number)@\(piece.first): \(piece.elements)\(ending)")
        }
        return all
    }

    private static func position(_ batch: Int64, _ index: Int64) -> Int64 { batch << MiddleOutput.bits + index }

    // S-NET-2
    @Test("An element of a later batch closes those before it, also those of which nothing was left")
    func closesByElements() {
        var output = Self.output([(3, 2), (5, 1), (9, 4)])
        output.append("a", from: Self.position(0, 1))
        #expect(Self.pieces(&output) == [])
        output.append("b", from: Self.position(2, 0))
        #expect(Self.pieces(&output) == ["3@0: [a].", "5@0: []."])
        output.finish(below: Self.position(2, 3))
        #expect(Self.pieces(&output) == [])
        output.finish(below: Self.position(2, 4))
        #expect(Self.pieces(&output) == ["9@0: [b]."])
    }

    // S-NET-2
    @Test("What the run commits closes batches of which nothing comes")
    func closesByCommits() {
        var output = Self.output([(0, 2), (1, 2), (2, 2)])
        output.finish(below: Self.position(1, 2))
        #expect(Self.pieces(&output) == ["0@0: [].", "1@0: []."])
        output.append("x", from: Self.position(2, 0))
        output.append("y", from: Self.position(2, 0))
        output.finish(below: Self.position(2, 2))
        #expect(Self.pieces(&output) == ["2@0: [x, y]."])
    }

    // S-NET-2
    @Test("Without order the fragments of a batch still stand together, and each batch is closed by commits alone")
    func withoutOrder() {
        var output = Self.output(keepsOrder: false, [(7, 2), (4, 2), (8, 1)])
        output.append("c", from: Self.position(2, 0))
        output.append("b", from: Self.position(1, 1))
        output.append("a", from: Self.position(0, 0))
        output.append("b", from: Self.position(1, 0))
        #expect(Self.pieces(&output) == [])
        output.finish(below: Self.position(1, 2))
        #expect(Self.pieces(&output) == ["7@0: [a].", "4@0: [b, b]."])
        output.finish(below: Self.position(2, 1))
        #expect(Self.pieces(&output) == ["8@0: [c]."])
    }

    @Test("A long batch is cut into fragments, and what is there can be had at any time")
    func cuts() {
        var output = Self.output([(0, 9)], bytes: FrameEncoder.fragmentOverhead + 10)
        for index in 0..<3 { output.append("five!", from: Self.position(0, Int64(index))) }
        #expect(Self.pieces(&output) == ["0@0: [five!, five!]"])
        #expect(output.flush()?.elements == ["five!"])
        #expect(output.flush()?.elements == nil)
        output.finish(below: Self.position(0, 9))
        #expect(Self.pieces(&output) == ["0@3: []."])
    }

    // S-NET-4
    @Test("How many elements are done is told by how many outputs are", arguments: [true, false])
    func origins(byLimit: Bool) {
        var output = Self.output([(0, 6), (1, 6)])
        // Element 1 became three, 4 became one; the others nothing.
        for index in [1, 1, 1, 4] as [Int64] { output.append("x", from: Self.position(0, index)) }
        output.append("y", from: Self.position(1, 5))
        let done = (0...5).map { output.elements(of: 0, below: $0, byLimit: byLimit) }
        // A limit counts the element that its last output was made of; a failure only those before the next one's.
        #expect(done == (byLimit ? [0, 2, 2, 2, 5, 0] : [1, 1, 1, 4, 5, 0]))
        output.forget(0...0)
        #expect(output.elements(of: 0, below: 2, byLimit: byLimit) == 0)
        #expect(output.elements(of: 1, below: 1, byLimit: byLimit) == 6)
    }

    // S-NET-4, S-ERR-2
    @Test(
        "Behind a failure the batch ends with what came of it, and that is told as the element that failed",
        arguments: [(Int64(3), UInt32(3)), (4, 4), (-1, 0)])
    func fails(through: Int64, expected: UInt32) {
        for keepsOrder in [true, false] {
            var output = Self.output(keepsOrder: keepsOrder, [(7, 6), (9, 6)])
            output.append("x", from: Self.position(0, 5))
            // Elements 0 and 2 of the second batch became something, and the one that failed, too, before it did.
            for index in [0, 2, 3] as [Int64] { output.append("y", from: Self.position(1, index)) }
            output.finish(below: through < 0 ? Self.position(0, 6) : Self.position(1, through))
            let failed = output.fail()
            #expect(failed?.number == 9 && failed?.elements == expected)
            #expect(Self.pieces(&output) == ["7@0: [x].", "9@0: [y, y, y]!"])
            #expect(output.elements(of: 9, below: 3, byLimit: false) == expected)
            // What the merge did not come to: where the order is not kept, none need be through.
            #expect(output.elements(of: 9, below: 1, byLimit: false) == (keepsOrder ? 2 : 0))
            #expect(output.elements(of: 9, below: 2, byLimit: true) == (keepsOrder ? 3 : 0))
        }
    }

    @Test("A failure behind all batches is none of theirs")
    func failsBehindAll() {
        var output = Self.output([(0, 1)])
        output.finish(below: Self.position(0, 1))
        let failed = output.fail()
        #expect(failed == nil)
        #expect(Self.pieces(&output) == ["0@0: []."])
    }

    // S-NET-4
    @Test("Of batches that are kept open for long it is forgotten what they were made of: then nothing counts as done")
    func forgets() {
        var origins = OutputOrigins(limit: 8)
        for number in 0..<3 as Range<UInt64> {
            origins.begin(number)
            for index in 0..<3 as Range<UInt16> { origins.append(index) }
        }
        #expect((0..<3).map { origins.elements(of: $0, below: 2, byLimit: true) } == [0, 0, 2])
    }
}
