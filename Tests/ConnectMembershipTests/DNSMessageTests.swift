import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectNetwork

@Suite("Messages of the domain name system")
struct DNSMessageTests {
    /// The bytes of hexadecimal digits; blanks do not count.
    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.filter(\.isHexDigit).map { UInt8($0.hexDigitValue ?? 0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test("A query is what RFC 1035 says")
    func writesQueries() {
        #expect(
            DNSMessage.query("_c._tcp.a", .service, identifier: 0x1234)
                == Self.bytes("1234 0100 0001 0000 0000 0000 02 5f63 04 5f746370 01 61 00 0021 0001"))
        let long = String(repeating: "a", count: 63)
        for name in ["", ".", "a..b", "a.", "\(long)a", [long, long, long, long].joined(separator: ".")] {
            #expect(DNSMessage.query(name, .address4, identifier: 0) == nil, "\(name)")
        }
        #expect(DNSMessage.query([long, long, long].joined(separator: "."), .address4, identifier: 0) != nil)
    }

    @Test("An answer is read: the records of the kind that was asked for, with names that are shared")
    func readsAnswers() throws {
        let header = "1234 8180 0001 0003 0000 0000"
        let question = "02 5f63 01 61 00 0021 0001"
        let alias = "c00c 0005 0001 00000000 0002 c00f"
        let first = "c00c 0021 0001 00000005 000a 0000 0000 4a39 01 62 c00f"
        let nobody = "c00c 0021 0001 00000005 0007 0000 0000 0001 00"
        let answer = try DNSMessage(Self.bytes([header, question, alias, first, nobody].joined()))
        #expect(answer.identifier == 0x1234)
        #expect(answer.name == "_c.a")
        #expect(answer.records == [.service(target: "b.a", port: 19001)])
        #expect(answer.responseCode == 0 && !answer.isTruncated)
        let address = try DNSMessage(
            Self.bytes("0001 8180 0001 0001 0000 0000 01 41 00 0001 0001 c00c 0001 0001 00000000 0004 0a000001"))
        #expect(address.name == "a")
        #expect(address.records == [.address([10, 0, 0, 1])])
        #expect(try DNSMessage(Self.bytes("0001 8383 0001 0000 0000 0000 01 61 00 0001 0001")).isTruncated)
        #expect(try DNSMessage(Self.bytes("0001 8183 0001 0000 0000 0000 01 61 00 0001 0001")).responseCode == 3)
    }

    @Test(
        "What is no answer is refused: cut off, in a circle, lengths that lie",
        arguments: [
            "", "0001 8180 0001 0000 0000", "0001 0100 0001 0000 0000 0000 01 61 00 0001 0001",
            "0001 8180 0001 0000 0000 0000 c00c 0001 0001", "0001 8180 0001 0000 0000 0000 c00e c00c 0001 0001",
            "0001 8180 0001 0000 0000 0000 3f 61 00 0001 0001", "0001 8180 0001 0000 0000 0000 80 61 00 0001 0001",
            "0001 8180 0001 0001 0000 0000 01 61 00 0001 0001 c00c 0001 0001 00000000 0005 0a000001",
            "0001 8180 0001 0001 0000 0000 01 61 00 0001 0001 c00c 0001 0001 00000000 0003 0a0000",
            "0001 8180 0001 0001 0000 0000 01 61 00 0021 0001 c00c 0021 0001 00000000 0006 0000 0000 0001",
            "0001 8180 0001 ffff 0000 0000 01 61 00 0001 0001",
        ])
    func refuses(_ text: String) {
        #expect(throws: DNSMessage.Malformed.self) { try DNSMessage(Self.bytes(text)) }
    }

    @Test("Whatever bytes come, reading them ends")
    func survivesGarbage() {
        var random = SplitMix(seed: Settings.seed)
        let good = Self.bytes(
            "1234 8180 0001 0002 0000 0000 02 5f63 01 61 00 0021 0001 c00c 0021 0001 00000005 000a 0000 0000 4a39 01 62 "
                + "c00f c00c 0005 0001 00000000 0002 c00f")
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? DNSMessage(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))))
        }
    }

    @Test("The system's settings are read as the C library reads them")
    func readsSettings() throws {
        let settings = DNSSettings(
            """
            # of the cluster
            nameserver 10.96.0.10 ; first
            nameserver fd00::a
            nameserver fe80::1%eth0
            nameserver 10.0.0.1
            nameserver 10.0.0.2
            domain old.local
            search default.svc.cluster.local svc.cluster.local. cluster.local
            options timeout:1 ndots:5
            """)
        #expect(settings.servers.map(\.description) == ["10.96.0.10:53", "[fd00::a]:53", "10.0.0.1:53"])
        #expect(settings.dots == 5)
        #expect(
            settings.candidates(for: "workers")
                == [
                    "workers.default.svc.cluster.local", "workers.svc.cluster.local", "workers.cluster.local",
                    "workers",
                ])
        #expect(settings.candidates(for: "a.b.c.d.e.f").first == "a.b.c.d.e.f")
        #expect(settings.candidates(for: "workers.") == ["workers"])
        #expect(DNSSettings("").servers.map(\.description) == ["127.0.0.1:53"])
        #expect(DNSSettings("").candidates(for: "a.b") == ["a.b"])
    }
}
