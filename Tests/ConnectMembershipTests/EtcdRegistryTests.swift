import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectNetwork

@Suite("What etcd says of its members")
struct EtcdRegistryTests {
    private static func pair(_ key: String, _ value: String, created: Int, changed: Int, lease: Int = 1) -> String {
        """
        {"key":"\(EtcdText.encoded(key))","create_revision":"\(created)","mod_revision":"\(changed)","version":"1",\
        "value":"\(EtcdText.encoded(value))","lease":"\(lease)"}
        """
    }

    private static func put(_ address: String, created: Int, changed: Int, lease: Int = 1) -> String {
        #"{"kv":\#(pair("p/\(address)", address, created: created, changed: changed, lease: lease))}"#
    }

    private static func removed(_ address: String, changed: Int) -> String {
        #"{"type":"DELETE","kv":{"key":"\#(EtcdText.encoded("p/\(address)"))","mod_revision":"\#(changed)"}}"#
    }

    private static func registry(_ pairs: [String], revision: UInt64) throws -> EtcdRegistry {
        var registry = EtcdRegistry(prefix: "p/")
        registry.load(
            try StateTextParser.parse(#"{"kvs":[\#(pairs.joined(separator: ","))]}"#), revision: revision)
        return registry
    }

    private static func apply(_ events: [String], to registry: inout EtcdRegistry) throws -> Bool {
        registry.apply(try StateTextParser.parse("[\(events.joined(separator: ","))]").elements)
    }

    @Test("Members stand in the order of their first registration, whatever their names")
    func sortsByRegistration() throws {
        let registry = try Self.registry(
            [
                Self.pair("p/a:1", "a:1", created: 7, changed: 9), Self.pair("p/c:1", "c:1", created: 5, changed: 5),
                Self.pair("p/b:1", "b:1", created: 7, changed: 7),
            ], revision: 9)
        #expect(try registry.members == addresses("c:1,a:1,b:1"))
        #expect(registry.revision == 9)
    }

    @Test("Events change the members; those that are known, and come again, do not")
    func appliesEvents() throws {
        var registry = try Self.registry([Self.pair("p/a:1", "a:1", created: 5, changed: 5)], revision: 5)
        #expect(try Self.apply([Self.put("b:1", created: 6, changed: 6)], to: &registry))
        #expect(try registry.members == addresses("a:1,b:1"))
        #expect(try !Self.apply([Self.put("x:1", created: 3, changed: 3)], to: &registry))
        #expect(try registry.members == addresses("a:1,b:1"))
        // A lease that runs out takes all its keys in one revision.
        #expect(try Self.apply([Self.removed("a:1", changed: 8), Self.removed("b:1", changed: 8)], to: &registry))
        #expect(registry.members == [])
        #expect(registry.revision == 8)
        #expect(try !Self.apply([], to: &registry))
    }

    @Test("A member that registers again keeps its place, with its new lease")
    func keepsPlaces() throws {
        var registry = try Self.registry(
            [Self.pair("p/b:1", "b:1", created: 5, changed: 5), Self.pair("p/a:1", "a:1", created: 6, changed: 6)],
            revision: 6)
        #expect(try Self.apply([Self.put("b:1", created: 5, changed: 7, lease: 9)], to: &registry))
        #expect(try registry.members == addresses("b:1,a:1"))
        #expect(registry.lease(of: try PeerAddress("b:1")) == 9)
        #expect(registry.lease(of: try PeerAddress("c:1")) == nil)
    }

    @Test("Keys that are no members are left out and named, and a member counts once")
    func leavesOutStrangers() throws {
        let registry = try Self.registry(
            [
                Self.pair("p/a:1", "a:1", created: 5, changed: 5), Self.pair("p/x", "hello", created: 4, changed: 4),
                Self.pair("p/y", "A:1", created: 6, changed: 6), #"{"nothing":1}"#, "7",
            ], revision: 6)
        #expect(try registry.members == addresses("a:1"))
        #expect(registry.strangers == ["p/x"])
    }

    @Test(
        "Base64 is that of RFC 4648, and is read back",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("ÿ>?", "w78+Pw=="),
        ])
    func writesBase64(_ text: String, _ base64: String) {
        #expect(EtcdText.encoded(text) == base64)
        #expect(EtcdText.decoded(base64) == text)
    }

    @Test("What is no base64 is not read", arguments: ["Z", "Zg=", "Z===", "Zm9-", "=", "Zg==Zg==", "Zm 9"])
    func refusesBase64(_ text: String) {
        #expect(EtcdText.decoded(text) == nil)
    }

    @Test("The range of a prefix ends behind its last key")
    func endsRanges() {
        let end = EtcdText.rangeEnd(of: "connect/orders/")
        #expect(end == "connect/orders0")
        #expect("connect/orders/\u{10FFFF}" < end)
    }
}
