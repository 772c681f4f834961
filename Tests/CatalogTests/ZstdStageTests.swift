import Connect
import ConnectCatalog
import ConnectTesting
import ProcessSupport
import Testing

@Suite("Zstandard")
struct ZstdStageTests {
    @Test("zstd and unzstd undo each other, for messages and streams, wherever these are cut", arguments: [1, 3, 1000])
    func zstd(_ size: Int) throws {
        let elements: [Bytes] = ["", "abc", Bytes((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0) })]
        #expect(try through("zstd", "unzstd", over: elements) == elements)
        #expect(try through("zstd:19", "unzstd", over: elements) == elements)
        let packed = try through("zstd", over: ["a\nb\n", "c", ""]).flatMap { Array($0) }
        #expect(try through(["unzstd", "lines"], over: stream(packed, by: size)) == ["a", "b", "c"])
    }

    @Test("unzstd refuses what is damaged, cut, too large or something else")
    func zstdErrors() throws {
        let packed = try #require(try through("zstd", over: ["abcabcabc"]).first)
        func error(_ bytes: Bytes, _ stage: String = "unzstd") -> String {
            failure { _ = try through(stage, over: [bytes]) }
        }
        #expect(error("").contains("there are no data"))
        #expect(error("plain").contains("begin with 28 b5 2f fd"))
        #expect(error(packed[0..<(packed.count - 1)]).contains("middle of a frame"))
        var damaged = Array(packed)
        damaged[damaged.count - 1] ^= 1
        #expect(error(Bytes(damaged)).contains("checksum"))
        #expect(error(Bytes(Array(packed) + [1, 2, 3, 4])).contains("at byte"))
        #expect(error(packed, "unzstd:maxBytes=8").contains("more than 8 bytes"))
        #expect(try through("unzstd:maxBytes=9", over: [packed]) == ["abcabcabc"])
        #expect(try through("unzstd:onError=skip", over: ["plain", packed]) == ["abcabcabc"])
        let cut = Array(packed.dropLast())
        let found = failure { _ = try through(["unzstd", "lines"], over: stream(cut)) }
        #expect(found.contains("middle of a frame"), "\(found)")
    }

    @Test("Damaged frames never come out as something else, the same as a message and as a stream, cut anyhow")
    func randomDamage() throws {
        for seed in seeds(100) {
            var random = SplitMix(seed: seed)
            let contents = (0..<1 + random.below(3)).map { _ in
                Bytes((0..<random.below(400)).map { UInt8(truncatingIfNeeded: $0 % (1 + random.below(9))) })
            }
            let whole = contents.flatMap { Array($0) }
            var packed = try through("zstd", over: contents).flatMap { Array($0) }
            switch seed % 3 {
            case 0: packed.removeLast(1 + random.below(packed.count))
            case 1: packed[random.below(packed.count)] ^= UInt8(1 + random.below(255))
            default: break
            }
            let message = try? through("unzstd", over: [Bytes(packed)])
            let words = Words(stream(packed, by: 1 + random.below(100)))
            // There is no newline in it, so that all is one line.
            let succeeded = (try? words.run(["unzstd", "lines"])) != nil
            #expect(succeeded == (message != nil), "seed \(seed)")
            if seed % 3 == 2 { #expect(message == [Bytes(whole)], "seed \(seed)") }
            if let message = message?.first {
                #expect(whole.starts(with: message), "seed \(seed)")
                // Cut between two frames it is whole as far as one can see.
                if seed % 3 != 0 { #expect(Array(message) == whole, "seed \(seed)") }
                #expect(words.sink.elements.flatMap { Array($0) } == Array(message), "seed \(seed)")
            }
        }
    }
}
