import ProcessSupport
import Testing

@testable import Connect
@testable import ConnectText

/// `Split`, `SplitText`, and `JoinedBytes`, which undoes them.
@Suite struct SplitTests {
    struct Sample: Sendable {
        var text: String
        var separator: String
        var parts: [String]
    }

    static let samples = [
        Sample(text: "a,b,c", separator: ",", parts: ["a", "b", "c"]),
        Sample(text: ",a,,b,", separator: ",", parts: ["", "a", "", "b", ""]),
        Sample(text: "", separator: ",", parts: [""]),
        Sample(text: ",", separator: ",", parts: ["", ""]),
        Sample(text: "abc", separator: ",", parts: ["abc"]),
        Sample(text: "a, b,c, ", separator: ", ", parts: ["a", "b,c", ""]),
        Sample(text: "aaa", separator: "aa", parts: ["", "a"]),
        Sample(text: "xababaxababac", separator: "ababac", parts: ["xababax", ""]),
        Sample(text: "x\0y\0", separator: "\0", parts: ["x", "y", ""]),
        Sample(text: "eins→zwei→", separator: "→", parts: ["eins", "zwei", ""]),
        // U+2190 and U+2192 differ in their last byte only.
        Sample(text: "a←b→c", separator: "→", parts: ["a←b", "c"]),
        Sample(text: "aaaaab", separator: "aab", parts: ["aaa", ""]),
    ]

    @Test("A message gives the parts between the separators", arguments: samples)
    func table(_ sample: Sample) async throws {
        for keepsEmpty in [true, false] {
            let wanted = sample.parts.filter { keepsEmpty || !$0.isEmpty }
            let bytes = Split(separator: Bytes(sample.separator), keepsEmpty: keepsEmpty)
            #expect(try await outputs(of: bytes, for: Bytes(sample.text)) == wanted.map { Bytes($0) })
            let text = SplitText(separator: sample.separator, keepsEmpty: keepsEmpty)
            #expect(try await outputs(of: text, for: sample.text) == wanted)
        }
    }

    @Test("Random messages are split as by a search at every place, and joined to what they were")
    func random() throws {
        for seed in seeds(2000) {
            var random = SeededRandom(seed: seed)
            func noise(_ count: ClosedRange<Int>) -> [UInt8] {
                (0..<Int.random(in: count, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random) }
            }
            let separator = noise(1...6)
            let message = noise(0...60)
            var parts: [[UInt8]] = [[]]
            var index = 0
            while index < message.count {
                if message[index...].starts(with: separator) {
                    parts.append([])
                    index += separator.count
                } else {
                    parts[parts.count - 1].append(message[index])
                    index += 1
                }
            }
            var found: [Bytes] = []
            let bytes = Bytes(message)
            ByteSearch(separator).forEachPart(of: bytes, keepsEmpty: true) { found.append(bytes[$0]) }
            #expect(found.map { Array($0) } == parts, "seed \(seed)")
            var joined = JoinedBytes(separator: Bytes(separator))
            for part in found { try joined.append(part) }
            #expect(joined.bytes == Bytes(message), "seed \(seed)")
            #expect(joined.count == found.count)
        }
    }

    @Test("Parts are not copied")
    func shares() async throws {
        let message = Bytes(String(repeating: String(repeating: "x", count: 2000) + ",", count: 3))
        let parts = try await outputs(of: Split(separator: ","), for: message).dropLast()
        #expect(parts.count == 3)
        #expect(parts.allSatisfy { $0.buffer === message.buffer })
    }

    @Test("An empty separator is refused")
    func refusesEmpty() {
        #expect(throws: CoderError.self) { try Split(separator: "").makeInstance() }
        #expect(throws: CoderError.self) { try SplitText(separator: "").makeInstance() }
    }

    // S-ACK-5: the fold holds its inputs until what contains them is delivered.
    @Test("A fold joins what was split, so many at a time")
    func joins() async throws {
        let sink = CollectSink<Bytes>()
        try await Pipeline("join").root(ListSource(["a,b" as Bytes, "c", "", "d,e,f"]))
            .apply(Split(separator: ","))
            .fold(into: JoinedBytes(separator: "+"), resetting: true) { try $0.append($1) }
            .trigger(each: 3)
            .map { $0.bytes }
            .to(sink)
            .run()
        #expect(sink.elements == ["a+b+c", "+d+e", "f"])
    }

    // S-MEM: bounded.
    @Test("Joining stops at its limit and keeps what it has")
    func joinLimit() throws {
        var joined = JoinedBytes(separator: "--", maxBytes: 6)
        try joined.append("ab")
        try joined.append("cd")
        let error = #expect(throws: CoderError.self) { try joined.append("") }
        #expect(error?.code == .limitExceeded)
        #expect(joined.bytes == "ab--cd")
        #expect(joined.count == 2)
        var none = JoinedBytes(separator: "", maxBytes: 0)
        try none.append("")
        #expect(none.bytes == "")
    }
}
