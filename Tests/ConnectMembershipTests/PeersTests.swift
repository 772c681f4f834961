import ConnectNetwork
import Testing

/// A machine with the addresses that a test says.
private struct FakeMachine: PeersMachine {
    var own: [String] = ["127.0.0.1", "::1", "10.0.0.2"]
    var names: [String: [String]] = [:]

    func addresses() -> [String] { own }
    func addresses(of name: String) -> [String] { names[name] ?? [] }
}

@Suite("The list of peers")
struct PeersTests {
    // S-NET-1
    @Test(
        "An instance finds its place by its machine's addresses",
        arguments: [
            ("10.0.0.1:1,10.0.0.2:1,10.0.0.3:1", 1),
            ("10.0.0.1:1, [::1]:1", 1),
            ("127.0.0.1:1,10.0.0.3:1", 0),
            ("a:1,b:1,c:1", 2),
            ("unknown:1,c:1", 1),
            ("localhost:1,a:1", 0),
            ("10.9.9.9:1", 0),
        ])
    func finds(_ list: String, _ index: Int) throws {
        let machine = FakeMachine(names: ["a": ["10.0.0.1"], "b": ["10.0.0.9"], "c": ["10.0.0.8", "10.0.0.2"]])
        let peers = try Peers(list, on: machine)
        #expect(peers.ownIndex == index)
        #expect(peers.own == peers.members[index])
    }

    @Test("A name that the machine's own hosts file leads to loopback is the machine's")
    func findsItsOwnName() throws {
        let machine = FakeMachine(own: ["10.0.0.2"], names: ["me": ["127.0.1.1"], "other": ["10.0.0.1"]])
        #expect(try Peers("other:1,me:1", on: machine).ownIndex == 1)
    }

    @Test("The place can be given as an address in any form, or as a number")
    func takesPlaces() throws {
        let list = "10.0.0.1:1,[fd00::1]:1,A:1"
        for (text, index) in [("10.0.0.1:1", 0), ("[fd00:0::1]:1", 1), ("a.:1", 2), ("0", 0), ("2", 2)] {
            #expect(try Peers(list, self: .init(text), on: FakeMachine()).ownIndex == index)
        }
        #expect(throws: PeersError.self) { try Peers.Place("-1") }
        #expect(throws: PeersError.self) { try Peers.Place("second") }
    }

    // S-NET-1
    @Test(
        "A list that cannot be used is refused, with the place and what to do",
        arguments: [
            ("", nil, "empty_list", "the list is empty"),
            (" , ", nil, "empty_list", "the list is empty"),
            ("a:1,,b:1", nil, "empty_list", "place 2 of the list is empty"),
            ("a:1,b:1,", nil, "empty_list", "place 3 of the list is empty"),
            ("a:1,b", nil, "malformed_address", "place 2 of the list: \"b\" has no port"),
            ("a:1,b:1,A.:1", nil, "duplicate_address", "a:1 stands in the list twice, at place 1 and at place 3"),
            ("10.0.0.1:1,10.0.0.3:1", nil, "self_not_found", "which has 127.0.0.1, ::1, 10.0.0.2"),
            ("10.0.0.1:1,b:1", nil, "self_not_found", "unknown names: b; say which one this instance is with --self"),
            (
                "10.0.0.2:1,10.0.0.2:2", nil, "self_ambiguous",
                "10.0.0.2:1 (place 1), 10.0.0.2:2 (place 2); say which one this instance is with --self HOST:PORT"
            ),
            ("10.0.0.1:1,10.0.0.2:1", "10.0.0.2:2", "self_not_in_list", "10.0.0.2:2, which is not in the list"),
            ("10.0.0.1:1,10.0.0.2:1", "2", "self_not_in_list", "the list has the numbers 0 to 1"),
            ("10.0.0.1:1", "1", "self_not_in_list", "number 1"),
        ] as [(String, String?, String, String)])
    func refuses(_ list: String, _ place: String?, _ code: String, _ message: String) throws {
        let place = try place.map { try Peers.Place($0) } ?? .found
        let error = #expect(throws: PeersError.self) { try Peers(list, self: place, on: FakeMachine()) }
        #expect(error?.code.description == code)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A list of too many members is refused")
    func refusesTooMany() throws {
        let members = try (1...Peers.maximumCount + 1).map { try PeerAddress(host: "a", port: $0) }
        let error = #expect(throws: PeersError.self) { try Peers(members, self: .index(0)) }
        #expect(error?.code == .tooManyMembers)
        #expect(throws: Never.self) { try Peers(Array(members.dropLast()), self: .index(0)) }
    }

    @Test("A list with one member is one process, and the text of a list gives the same list")
    func isAlone() throws {
        #expect(try Peers("a:1", on: FakeMachine()).isAlone)
        let peers = try Peers("a:1,[::1]:2", on: FakeMachine())
        #expect(!peers.isAlone)
        #expect(try Peers(peers.description, on: FakeMachine()) == peers)
    }

    @Test("The real machine has a loopback address, and knows localhost by it")
    func looksAtTheMachine() {
        let machine = SystemPeersMachine()
        #expect(machine.addresses().contains("127.0.0.1"))
        #expect(!Set(machine.addresses(of: "localhost")).isDisjoint(with: ["127.0.0.1", "::1"]))
        #expect(machine.addresses(of: "no-such-name.invalid") == [])
    }
}
