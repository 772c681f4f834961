import Connect
import ConnectCatalog
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
}
