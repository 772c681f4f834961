import Connect
import Testing

/// A function of a byte, by name.
struct ByteFunction: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let call: @Sendable (UInt8) -> UInt8

    init(_ name: String, _ call: @escaping @Sendable (UInt8) -> UInt8) {
        testDescription = name
        self.call = call
    }
}

@Suite("Changing each byte by itself")
struct MapEachByteTests {
    static let functions = [
        ByteFunction("none") { $0 },
        ByteFunction("upper case") { $0 &- 0x61 < 26 ? $0 &- 0x20 : $0 },
        ByteFunction("swapped case") { $0 &- 0x61 < 26 || $0 &- 0x41 < 26 ? $0 ^ 0x20 : $0 },
        ByteFunction("case and digits") {
            $0 &- 0x61 < 26 || $0 &- 0x41 < 26 ? $0 ^ 0x20 : $0 &- 0x30 < 10 ? 0x23 : $0
        },
        ByteFunction("one byte") { $0 == 0xFF ? 0 : $0 },
        ByteFunction("the next one") { $0 &+ 1 },
        ByteFunction("reversed") { ~$0 },
        ByteFunction("all the same") { _ in 0x78 },
    ]

    @Test("Every byte, at every place, becomes what the function says", arguments: functions)
    func everyByte(_ function: ByteFunction) async throws {
        let all = (0...255).map { UInt8($0) }
        // Lengths around those of registers, of one and of several elements in a buffer.
        let inputs = (0..<80).map { length in (0..<length).map { all[($0 &* 7 &+ length &* 31) % 256] } } + [all]
        let sink = CollectSink<Bytes>()
        _ = try await Pipeline("bytes").root(ListSource(inputs.map { Bytes($0) })).mapEachByte(function.call).to(sink)
            .run()
        #expect(sink.elements.map { Array($0) } == inputs.map { $0.map(function.call) })
    }
}
