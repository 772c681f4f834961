import ProcessSupport
import Testing

@testable import Connect
@testable import ConnectText

/// `Lines` against a reference that is too simple to be wrong.
@Suite struct LinesPropertyTests {
    /// Byte by byte.
    static func reference(_ bytes: [UInt8], stream: Int = 0, from start: Int = 0, any: Bool = false) -> [Piece<Bytes>] {
        var pieces: [Piece<Bytes>] = []
        var line: [UInt8] = []
        for index in start..<bytes.count {
            guard bytes[index] == 0x0A else {
                line.append(bytes[index])
                continue
            }
            if any, line.last == 0x0D { line.removeLast() }
            pieces.append(Piece(element: Bytes(line), stream: stream, next: Int64(index + 1)))
            line = []
        }
        if !line.isEmpty {
            pieces.append(
                Piece(element: Bytes(line), stream: stream, next: Int64(bytes.count), isUnterminated: true))
        }
        return pieces
    }

    static func text(_ random: inout SeededRandom, count: Int) -> [UInt8] {
        let alphabet: [UInt8] = [0x0A, 0x0A, 0x0D, 0x00, 0xFF, 0xEF, 0x41, 0x42]
        let rare = Int.random(in: 1...200, using: &random)
        return (0..<count).map { _ in
            if Int.random(in: 0..<rare, using: &random) > 0 { return UInt8(0x61) }
            return alphabet.randomElement(using: &random) ?? 0
        }
    }

    // Cases 97, 98; S-ACK-2: positions.
    @Test("Random text, cut and pulled anyhow, gives the same lines, positions and end")
    func randomText() throws {
        for seed in seeds(400) { try randomText(seed) }
    }

    private func randomText(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // Now and then so large that chunks are shared instead of copied.
        let scale = [50, 500, 60_000][Int.random(in: 0..<3, using: &random)]
        let bytes = Self.text(&random, count: Int.random(in: 0...scale, using: &random))
        let largest = Int.random(in: 1...max(2, scale), using: &random)
        let any = Bool.random(using: &random)
        let pieces = chunks(
            bytes, sizes: { Int.random(in: 0...largest, using: &random) },
            sharesBuffer: Bool.random(using: &random))
        let most = [1, 3, 1024][Int.random(in: 0..<3, using: &random)]
        var lines = try Lines(lineEnding: any ? .any : .lf).makeInstance()
        #expect(try lines.resume(at: [], partitions: FakeRegistry("p")) == [])
        var other = random
        let output = run(
            &lines, pieces, limit: { Int.random(in: 1...most, using: &random) },
            sendsEarly: { Bool.random(using: &other) })
        #expect(output.error == nil)
        #expect(output.completions == [0: Int64(bytes.count)])
        #expect(output.pieces == Self.reference(bytes, any: any), "seed \(seed)")
    }

    // S-ACK-6: a restart repeats nothing that was committed and loses nothing.
    @Test("Every position goes on with exactly the rest")
    func resumes() throws {
        for seed in seeds(40) { try resumes(seed) }
    }

    private func resumes(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bytes = Self.text(&random, count: Int.random(in: 0...300, using: &random))
        for position in Self.reference(bytes).map(\.next) + [0] {
            var lines = try Lines().makeInstance()
            let wanted = [Position(partition: "p", offset: position, detail: "inode 7")]
            #expect(try lines.resume(at: wanted, partitions: FakeRegistry("p")) == wanted)
            let rest = chunks(bytes, from: Int(position), sizes: { Int.random(in: 1...20, using: &random) })
            let output = run(&lines, rest, limit: { 4 })
            #expect(output.pieces == Self.reference(bytes, from: Int(position)), "seed \(seed) position \(position)")
        }
    }

    @Test("Streams may come interleaved")
    func interleaved() throws {
        for seed in seeds(60) { try interleaved(seed) }
    }

    private func interleaved(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 2...5, using: &random)
        let texts = (0..<count).map { _ in Self.text(&random, count: Int.random(in: 0...400, using: &random)) }
        var queues = texts.enumerated().map { index, bytes in
            chunks(bytes, stream: index, sizes: { Int.random(in: 1...40, using: &random) })
        }
        var mixed: [StreamChunk] = []
        while let index = queues.indices.filter({ !queues[$0].isEmpty }).randomElement(using: &random) {
            mixed.append(queues[index].removeFirst())
        }
        var lines = try Lines().makeInstance()
        let output = run(&lines, mixed, limit: { Int.random(in: 1...30, using: &random) })
        #expect(output.completions.count == count)
        for (index, bytes) in texts.enumerated() {
            #expect(output.completions[index] == Int64(bytes.count))
            // Whether an end is still an end depends on what else came into its batch; that is checked elsewhere.
            let found = output.pieces(of: index).map { Piece(element: $0.element, stream: 0, next: $0.next) }
            let wanted = Self.reference(bytes).map { Piece(element: $0.element, stream: 0, next: $0.next) }
            #expect(found == wanted, "seed \(seed) stream \(index)")
        }
    }
}
