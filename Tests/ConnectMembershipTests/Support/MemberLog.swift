import ConnectNetwork
import ProcessSupport
import Synchronization

/// What a membership has told.
final class MemberLog: Sendable {
    private struct Told {
        var lists: [MemberList] = []
        var troubles: [MembershipError] = []
    }

    private let told = Mutex(Told())

    var lists: [MemberList] { told.withLock { $0.lists } }
    var troubles: [MembershipError] { told.withLock { $0.troubles } }

    /// Starts a membership that tells this log.
    ///
    /// - Returns: its first list, which the log has as well
    @discardableResult
    func start(_ membership: some Membership) throws -> MemberList {
        let first = try membership.start(
            changed: { list in self.told.withLock { $0.lists.append(list) } },
            troubled: { error in self.told.withLock { $0.troubles.append(error) } })
        told.withLock { $0.lists.insert(first, at: 0) }
        return first
    }

    /// The same where it may block for a while.
    @discardableResult
    func starts(_ membership: some Membership) async throws -> MemberList {
        try await onOwnThread { try self.start(membership) }
    }

    /// Waits until the list that was told last has these members.
    @discardableResult
    func waits(for members: [PeerAddress]) async throws -> MemberList {
        try await eventually("the members \(members), last were \(self.lists.last?.description ?? "none")") {
            lists.last.flatMap { $0.members == members ? $0 : nil }
        }
    }

    /// Waits for a failure of a kind.
    @discardableResult
    func waits(for code: MembershipError.Code, after count: Int = 0) async throws -> MembershipError {
        try await eventually("a failure \(code), there were \(self.troubles)") {
            troubles.dropFirst(count).first { $0.code == code }
        }
    }
}

/// Ends a membership, where it may block for a while.
func ends(_ membership: some Membership) async throws {
    try await onOwnThread { membership.stop() }
}

/// Addresses with commas between them.
func addresses(_ list: String) throws -> [PeerAddress] {
    try list.split(separator: ",").map { try PeerAddress(String($0)) }
}
