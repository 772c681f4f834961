import ConnectNetwork
import Testing

@Suite("The address of a peer")
struct PeerAddressTests {
    @Test(
        "An address is read, and written in the one form that equal addresses share",
        arguments: [
            ("10.0.0.1:19001", "10.0.0.1:19001"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("[::1]:65535", "[::1]:65535"),
            ("[FD00:0:0::0001]:19001", "[fd00::1]:19001"),
            ("[::ffff:10.0.0.1]:19001", "10.0.0.1:19001"),
            ("Worker-1.Example.COM.:19001", "worker-1.example.com:19001"),
            ("localhost:019001", "localhost:19001"),
            ("my_service:80", "my_service:80"),
            ("1password.com:443", "1password.com:443"),
        ])
    func reads(_ text: String, _ canonical: String) throws {
        let address = try PeerAddress(text)
        #expect(address.description == canonical)
        #expect(try PeerAddress(canonical) == address)
    }

    @Test(
        "What is no address is refused, with what is wrong about it",
        arguments: [
            ("", "an address is empty"),
            ("10.0.0.1", "\"10.0.0.1\" has no port: write 10.0.0.1:19001"),
            ("10.0.0.1:", "\"\" in \"10.0.0.1:\" is no port"),
            ("10.0.0.1:0", "\"0\" in \"10.0.0.1:0\" is no port of a peer: ports go from 1 to 65535"),
            ("10.0.0.1:65536", "\"65536\""),
            ("10.0.0.1:99999999999999999999", "is no port"),
            ("10.0.0.1:+80", "\"+80\""),
            ("10.0.0.1:１", "is no port"),
            ("10.0.0.1:80 ", "\"80 \""),
            (":19001", "the host is missing"),
            ("10.0.0.256:19001", "\"10.0.0.256\" is no IPv4 address"),
            ("10.0.0.01:19001", "without zeros before them"),
            ("10.1:19001", "is no IPv4 address"),
            ("0.0.0.0:19001", "which others cannot call"),
            ("[::]:19001", "which others cannot call"),
            ("::1:19001", "has several colons: write an IPv6 address in brackets"),
            ("[::1:19001", "has no ']'"),
            ("[::1]19001", "has no port"),
            ("[::1]", "has no port"),
            ("[::1]x:19001", "something between ']' and ':'"),
            ("[10.0.0.1]:19001", "only those stand in brackets"),
            ("[fe80::1%eth0]:19001", "has a zone"),
            ("[::g]:19001", "\"::g\" is no IPv6 address"),
            ("a..b:1", "is no part of a name"),
            ("-a:1", "is no part of a name"),
            ("a b:1", "\"a b\" in \"a b\" is no part of a name"),
            ("http://a:1", "has several colons"),
            ("bücher:1", "is no part of a name"),
        ])
    func refuses(_ text: String, _ message: String) {
        let error = #expect(throws: PeersError.self) { try PeerAddress(text) }
        #expect(error?.code == .malformedAddress)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A name that is too long is refused, as is a part of one")
    func refusesLongNames() throws {
        let part = String(repeating: "a", count: 63)
        #expect(throws: Never.self) { try PeerAddress("\(part):1") }
        #expect(throws: PeersError.self) { try PeerAddress("\(part)a:1") }
        #expect(throws: PeersError.self) { try PeerAddress("\([part, part, part, part].joined(separator: ".")):1") }
    }

    @Test("Addresses are sorted with the numbers in them as numbers")
    func sorts() throws {
        let sorted = try [
            "connect-0.connect:9", "connect-9.connect:1", "connect-9.connect:2", "connect-9.connect:10",
            "connect-10.connect:1",
        ].map { try PeerAddress($0) }
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test("Loopback is what no other machine reaches")
    func knowsLoopback() throws {
        for (text, isLoopback) in [
            ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("[::1]:1", true), ("localhost:1", true),
            ("10.0.0.1:1", false), ("127.example.com:1", false), ("[fd00::1]:1", false),
        ] {
            #expect(try PeerAddress(text).isLoopback == isLoopback, "\(text)")
        }
    }
}
