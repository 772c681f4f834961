import ConnectTesting
import Testing

@testable import Connect
@testable import ConnectGzip

/// The coders of messages.
@Suite struct CoderGzipTests {
    @Test("What is packed is unpacked to the same", arguments: [0, 1, 6, 9])
    func roundTrip(_ level: Int) throws {
        var pack = try GzipMessage(level: level).makeInstance()
        var unpack = try GunzipMessage().makeInstance()
        var random = SplitMix(seed: 1)
        // One instance for all: messages must not leave traces.
        for count in [0, 1, 100, 5000, 200_000, 3] {
            let noise = Bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            let packed = try pack.convert(noise)
            #expect(try unpack.convert(packed) == noise)
            #expect(try pack.convert(noise) == packed)
            #expect(try gunzip(Array(packed)) == Array(noise))
        }
    }

    @Test("All members of a message are unpacked")
    func members() throws {
        var unpack = try GunzipMessage().makeInstance()
        #expect(try unpack.convert(Bytes(gzip("a") + gzip("") + member("b", flags: 8) + [0, 0])) == "ab")
    }

    @Test("A message up to the limit passes, beyond it is an error", arguments: [0, 1, 1000, 100_000])
    func limit(_ limit: Int) throws {
        var unpack = try GunzipMessage(outputLimit: limit).makeInstance()
        let text = String(repeating: "x", count: limit)
        #expect(try unpack.convert(Bytes(gzip(text))).count == limit)
        let error = #expect(throws: CoderError.self) { try unpack.convert(Bytes(gzip(text + "x"))) }
        #expect(error?.code == .limitExceeded)
        #expect(error?.coder == "GUNZIP")
        // And the next one is not hurt.
        #expect(try unpack.convert(Bytes(gzip(text))).count == limit)
    }

    @Test("Damaged messages are errors with their code and offset")
    func damaged() throws {
        var unpack = try GunzipMessage().makeInstance()
        let whole = gzip(list(100))
        for count in 0..<whole.count {
            let error = #expect(throws: CoderError.self) { try unpack.convert(Bytes(whole[..<count])) }
            #expect(error?.code == .truncated)
            #expect(error?.offset == Int64(count))
        }
        let error = #expect(throws: CoderError.self) { try unpack.convert("plain text") }
        #expect(error?.code == .malformed)
        #expect(error?.offset == 0)
    }

    @Test("Settings out of range are refused when the instance is made")
    func refuses() throws {
        #expect(throws: CoderError.self) { try GunzipMessage(outputLimit: -1).makeInstance() }
        for level in [-1, 10, Int.max] {
            let error = #expect(throws: CoderError.self) { try GzipMessage(level: level).makeInstance() }
            #expect(error?.code == .configuration)
        }
    }
}
