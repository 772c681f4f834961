import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Frames on the wire")
struct FrameTests {
    // S-NET-1
    @Test("Frames come out as they went in, wherever the bytes are cut", arguments: seeds(100))
    func roundTrip(_ seed: UInt64) throws {
        var numbers = SplitMix(seed: seed)
        let frames = (0..<20).map { _ in
            FrameSamples.frame(Frame.Kind.allCases.randomElement(using: &numbers) ?? .ready, &numbers)
        }
        var bytes: [UInt8] = []
        for frame in frames { FrameEncoder.append(frame, to: &bytes) }
        var decoder = FrameDecoder()
        decoder.accept()
        var decoded: [Frame] = []
        var rest = bytes[...]
        let longest = [1, 5, 100, 10_000].randomElement(using: &numbers) ?? 1
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...longest, using: &numbers))
            try decoder.decode(Bytes(piece), into: &decoded)
            rest = rest.dropFirst(piece.count)
        }
        #expect(decoded == frames, "seed \(seed)")
        let isAtEnd = decoder.isBetweenFrames
        #expect(isAtEnd, "seed \(seed)")
    }

    @Test("A fragment is as long as was computed before")
    func fragmentLength() {
        for elements in [[], ["a"], ["", "abc", ""]] as [[Bytes]] {
            let fragment = Fragment(
                flow: FlowAddress(exchange: 1, origin: 2), number: 3, attempt: 4, first: 5, isLast: false,
                elements: elements)
            #expect(FrameSamples.encoded(.fragment(fragment)).count == FrameEncoder.fragmentLength(of: elements))
        }
    }

    @Test("The bytes of a frame are those of the specification")
    func bytesAreSpecified() {
        let credit = Credit(flow: FlowAddress(exchange: 1, origin: 2), generation: 3, bytes: 0x0400, next: 5)
        let bytes = FrameSamples.encoded(.credit(credit))
        #expect(
            bytes.prefix(8) == [0, 0, 0, 34, 19, 0, 0, 0]
                && bytes.suffix(22) == [0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5])
    }

    @Test(
        "The checksum is CRC-32C",
        arguments: [
            (Array("123456789".utf8), 0xE306_9283), ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), ([], 0),
        ] as [([UInt8], UInt32)])
    func checksum(_ bytes: [UInt8], _ expected: UInt32) {
        for usesTables in [true, !CastagnoliChecksum.hasInstruction] {
            for cut in 0...bytes.count {
                var checksum = CastagnoliChecksum(usesTables: usesTables)
                checksum.update(Bytes(bytes[..<cut]))
                checksum.update(Bytes(bytes[cut...]))
                #expect(checksum.value == expected)
            }
        }
    }

    @Test(
        "The checksum of long frames is the same by tables and by instruction, wherever they are cut",
        arguments: 1...20)
    func longChecksum(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let length = Int.random(in: 0...20_000, using: &random)
        let bytes = Bytes((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
        let sums = [true, !CastagnoliChecksum.hasInstruction].map { usesTables in
            var checksum = CastagnoliChecksum(usesTables: usesTables)
            var start = 0
            while start < length {
                let end = min(length, start + Int.random(in: 1...10_000, using: &random))
                checksum.update(bytes[start..<end])
                start = end
            }
            return checksum.value
        }
        #expect(sums[0] == sums[1], "seed \(seed), \(length) bytes")
    }

    @Test("A text that is too long for its field is cut, at the end of a character")
    func longTexts() throws {
        let long = String(repeating: "ä", count: 600)
        var decoder = FrameDecoder()
        decoder.accept()
        var frames: [Frame] = []
        try decoder.decode(
            Bytes(FrameSamples.encoded(.goodbye(Goodbye(reason: .failed, sentence: long)))), into: &frames)
        #expect(frames == [.goodbye(Goodbye(reason: .failed, sentence: String(repeating: "ä", count: 512)))])
    }
}
