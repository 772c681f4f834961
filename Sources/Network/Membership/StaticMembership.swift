public import Connect

/// A list that was given, and changes only by being told to.
///
/// Its first epoch is 1. A change reaches the other instances when each is told: ``adopt(_:)`` takes a list that another
/// instance has sent.
public final class StaticMembership: Membership {
    private let announcer: MemberAnnouncer
    private let first: [PeerAddress]

    /// The members of a list.
    ///
    /// - Parameters:
    ///   - peers: the list
    ///   - scheduler: by whom it waits
    public init(_ peers: Peers, scheduler: any Scheduler = SystemScheduler.shared) {
        first = peers.members
        announcer = MemberAnnouncer(scheduler: scheduler)
    }

    /// The list as it was changed last; nil before the start.
    public var current: MemberList? { announcer.current }

    /// Gives the list at once.
    public func start(
        changed: @escaping @Sendable (MemberList) -> Void, troubled: @escaping @Sendable (MembershipError) -> Void
    ) throws(MembershipError) -> MemberList {
        announcer.publish(first, epoch: 1)
        return try announcer.begin(within: .zero, changed: changed, troubled: troubled)
    }

    /// Tells of no change any more.
    public func stop() { announcer.stop() }

    /// Changes the list of this instance, in a new epoch.
    public func set(_ members: [PeerAddress]) throws(MembershipError) {
        try MembershipError.checking(members)
        announcer.publish(members)
    }

    /// Takes a list that another instance has made, if it is a later one.
    ///
    /// - Throws: ``MembershipError`` with the code ``MembershipError/Code/outdated`` where this instance has a later list,
    ///   or another one of the same epoch
    public func adopt(_ list: MemberList) throws(MembershipError) {
        if let current, current.epoch >= list.epoch, current != list {
            throw MembershipError(
                .outdated, "the list of \(list) is not later than that of \(current), which this instance has")
        }
        announcer.publish(list.members, epoch: list.epoch)
    }
}

extension MembershipError {
    /// Checks a list that a membership is to be set to.
    static func checking(_ members: [PeerAddress]) throws(MembershipError) {
        do throws(PeersError) {
            try Peers.check(members)
        } catch {
            throw MembershipError(.malformed, error.message)
        }
    }
}
