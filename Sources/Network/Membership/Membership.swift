/// Knows who takes part in a pipeline, and tells of changes.
///
/// ``StaticMembership`` is a list that was given, ``FileMembership`` a file that is watched, ``DNSMembership`` the records
/// of a name, ``EtcdMembership`` the instances that have registered in etcd.
///
/// A membership keeps the last good list through every failure of whoever knows it: members leave a list because they
/// were taken from it, never because it could not be read.
public protocol Membership: AnyObject, Sendable {
    /// The list as it is known now; nil before ``start(changed:troubled:)``.
    var current: MemberList? { get }

    /// Gets the first list and tells of changes from then on; blocks the calling thread until there is a list. Called
    /// once.
    ///
    /// Both closures are called on threads of the membership, or of whoever changes it, one call at a time. They must
    /// not call ``stop()``.
    ///
    /// - Parameters:
    ///   - changed: called with each list after the first; the epochs grow
    ///   - troubled: called when something fails that does not end the membership, once for each outage
    /// - Returns: the first list
    /// - Throws: ``MembershipError`` where there is no list in time; nothing goes on then
    func start(
        changed: @escaping @Sendable (MemberList) -> Void, troubled: @escaping @Sendable (MembershipError) -> Void
    ) throws(MembershipError) -> MemberList

    /// Ends it, and a registration that it made; waits for calls that are under way, but not for ever. May be called
    /// several times.
    func stop()

    /// Changes the list, where this kind of membership can; the change comes by way of `changed` as every other.
    ///
    /// - Parameter members: the new list, in its order
    /// - Throws: ``MembershipError``; with the code ``MembershipError/Code/notChangeable`` where the list is changed in
    ///   another way, which the message names
    func set(_ members: [PeerAddress]) throws(MembershipError)
}
