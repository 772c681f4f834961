import ProcessSupport
import Testing

@testable import Connect
@testable import ConnectText

/// Names of resources as bytes.
@Suite struct URLCoderTests {
    static let time = EventTime(nanosecondsSinceEpoch: 0x0102_0304_0506_0708)

    // Cases 77, 102.
    static let samples = [
        ResourceURL(scheme: "file", path: "/var/log/a.gz", modified: time),
        ResourceURL(scheme: "s3+x-1.0", path: "bucket/key", name: "another"),
        ResourceURL(scheme: "f", path: "", name: ""),
        ResourceURL(
            scheme: "file", path: Bytes([0x2F, 0xFF, 0x0A, 0xC0]), name: Bytes(Array("-\n\u{FFFD}".utf8) + [0x80])),
        ResourceURL(scheme: "file", path: Bytes([UInt8](repeating: 0x61, count: 65536)), name: ""),
        ResourceURL(scheme: "file", path: "x", modified: EventTime(nanosecondsSinceEpoch: .min)),
        ResourceURL(scheme: "file", path: "x", modified: EventTime(nanosecondsSinceEpoch: -1)),
    ]

    @Test("What is encoded is decoded to the same", arguments: samples)
    func roundTrip(_ url: ResourceURL) throws {
        var encoder = try URLEncoder().makeInstance()
        var decoder = try URLDecoder().makeInstance()
        #expect(try decoder.convert(encoder.convert(url)) == url)
    }

    @Test("The format is as documented")
    func format() throws {
        var encoder = try URLEncoder().makeInstance()
        let bytes = try encoder.convert(ResourceURL(scheme: "file", path: "/a/b", modified: Self.time))
        let wanted: [UInt8] =
            [0, 0, 0, 4] + Array("file".utf8) + [0, 0, 0, 4] + Array("/a/b".utf8) + [0, 0, 0, 1] + Array("b".utf8)
            + [1, 1, 2, 3, 4, 5, 6, 7, 8]
        #expect(Array(bytes) == wanted)
    }

    @Test("The name is the last part of the path unless it is given")
    func name() {
        #expect(ResourceURL(scheme: "file", path: "/a/b.gz").name == "b.gz")
        #expect(ResourceURL(scheme: "file", path: "b").name == "b")
        #expect(ResourceURL(scheme: "file", path: "/a/").name == "")
        #expect(ResourceURL(scheme: "file", path: "/a/b", name: "c").name == "c")
    }

    @Test("Bytes that end early are refused wherever they end")
    func truncated() throws {
        var encoder = try URLEncoder().makeInstance()
        var decoder = try URLDecoder().makeInstance()
        let whole = try encoder.convert(Self.samples[0])
        for count in 0..<whole.count {
            let error = #expect(throws: CoderError.self) { try decoder.convert(whole[0..<count]) }
            #expect(error?.code == .truncated)
        }
        let error = #expect(throws: CoderError.self) { try decoder.convert(Bytes(Array(whole) + [0])) }
        #expect(error?.code == .malformed)
        #expect(error?.offset == Int64(whole.count))
    }

    @Test("Lengths are checked before anything is taken", arguments: [65537, UInt32(Int32.max), UInt32.max])
    func hostileLength(_ length: UInt32) throws {
        var decoder = try URLDecoder().makeInstance()
        let bytes = withUnsafeBytes(of: length.bigEndian) { Bytes(Array($0) + [0x61]) }
        let error = #expect(throws: CoderError.self) { try decoder.convert(bytes) }
        #expect(error?.code == .limitExceeded)
        #expect(error?.offset == 0)
    }

    @Test("Fields beyond the limit and schemes that are none are refused on both sides")
    func rules() throws {
        var small = try URLEncoder(maxFieldBytes: 4).makeInstance()
        let error = #expect(throws: CoderError.self) { try small.convert(ResourceURL(scheme: "file", path: "12345")) }
        #expect(error?.code == .limitExceeded)
        var encoder = try URLEncoder().makeInstance()
        var decoder = try URLDecoder().makeInstance()
        for scheme in ["", "1a", "a b", "a/b", "ä", "+a", "file:"] {
            #expect(throws: CoderError.self) { try encoder.convert(ResourceURL(scheme: scheme, path: "x")) }
            let length = Bytes([0, 0, 0, UInt8(scheme.utf8.count)])
            let bytes = Bytes(Array(length) + Array(scheme.utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 0])
            let error = #expect(throws: CoderError.self) { try decoder.convert(bytes) }
            #expect(error?.code == .malformed)
        }
        let mark = #expect(throws: CoderError.self) {
            try decoder.convert(Bytes([0, 0, 0, 1, 0x66, 0, 0, 0, 0, 0, 0, 0, 0, 2]))
        }
        #expect(mark?.offset == 13)
        for limit in [0, -1, Int(Int32.max) + 1] {
            #expect(throws: CoderError.self) { try URLEncoder(maxFieldBytes: limit).makeInstance() }
            #expect(throws: CoderError.self) { try URLDecoder(maxFieldBytes: limit).makeInstance() }
        }
    }

    @Test("Random bytes never do harm, and what is accepted is encoded to the same bytes")
    func random() throws {
        var encoder = try URLEncoder().makeInstance()
        var decoder = try URLDecoder().makeInstance()
        var accepted = 0
        for seed in seeds(20_000) {
            var random = SeededRandom(seed: seed)
            var bytes = Array(try encoder.convert(ResourceURL(scheme: "f", path: "p", name: "n", modified: Self.time)))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0...3, using: &random)) }
            guard let url = try? decoder.convert(Bytes(bytes)) else { continue }
            accepted += 1
            #expect(try encoder.convert(url) == Bytes(bytes), "seed \(seed)")
        }
        #expect(accepted > 0)
    }
}
