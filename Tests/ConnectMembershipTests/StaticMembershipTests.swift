import ConnectNetwork
import Synchronization
import Testing

@Suite("A list of members that was given")
struct StaticMembershipTests {
    private static func membership() throws -> StaticMembership {
        StaticMembership(try Peers("a:1,b:1", self: .index(0)))
    }

    @Test("It is epoch 1, and every change is told in a later epoch")
    func tellsChanges() throws {
        let (membership, log) = (try Self.membership(), MemberLog())
        #expect(membership.current == nil)
        #expect(try log.start(membership) == MemberList(epoch: 1, members: addresses("a:1,b:1")))
        try membership.set(addresses("b:1,c:1"))
        try membership.set(addresses("a:1"))
        #expect(log.lists.map(\.epoch) == [1, 2, 3])
        #expect(try log.lists.last?.members == addresses("a:1"))
        #expect(membership.current == log.lists.last)
        membership.stop()
        try membership.set(addresses("d:1"))
        #expect(log.lists.count == 3)
    }

    @Test("A list of another instance is taken where it is later, and refused where it is not")
    func adopts() throws {
        let (membership, log) = (try Self.membership(), MemberLog())
        try log.start(membership)
        try membership.adopt(MemberList(epoch: 7, members: addresses("a:1,c:1")))
        try membership.adopt(MemberList(epoch: 7, members: addresses("a:1,c:1")))
        #expect(log.lists.map(\.epoch) == [1, 7])
        for list in [
            try MemberList(epoch: 7, members: addresses("a:1")), try MemberList(epoch: 6, members: addresses("a:1")),
        ] {
            let error = #expect(throws: MembershipError.self) { try membership.adopt(list) }
            #expect(error?.code == .outdated)
        }
    }

    @Test("A list that cannot be used is refused and changes nothing")
    func refuses() throws {
        let (membership, log) = (try Self.membership(), MemberLog())
        try log.start(membership)
        for members in ["", "a:1,a:1"] {
            let error = #expect(throws: MembershipError.self) { try membership.set(addresses(members)) }
            #expect(error?.code == .malformed)
        }
        #expect(log.lists.count == 1)
    }

    @Test("Whoever is told of a change may change the list himself: the changes are told one after the other")
    func tellsInOrder() throws {
        let membership = try Self.membership()
        let epochs = Mutex<[UInt64]>([])
        _ = try membership.start(
            changed: { list in
                if list.epoch < 5 { try? membership.set(list.members.reversed()) }
                epochs.withLock { $0.append(list.epoch) }
            }, troubled: { _ in })
        try membership.set(addresses("a:1,b:1,c:1"))
        #expect(epochs.withLock { $0 } == [2, 3, 4, 5])
    }
}
