public import Connect

/// The instances that have registered in etcd, each by itself.
///
/// An instance registers under `prefix/HOST:PORT` with a lease and keeps it alive. Where it dies its registration goes
/// when the lease has run out; where it ends orderly, at once. The order is that of the registrations; whoever comes back
/// before his lease has run out keeps his place.
///
/// The epoch is the revision of etcd at which the registrations changed last: all instances have the same number for the
/// same list. An instance that registers again, in its old place, is a new epoch as well.
///
/// While etcd cannot be reached the list stays as it is. Asked is the JSON gateway of etcd 3.4 and later, over plain
/// HTTP and without users: keep it in a network of its own.
public final class EtcdMembership: Membership {
    private struct State {
        var isWorking = false
        var wasStarted = false
    }

    private let endpoints: [PeerAddress]
    private let prefix: String
    private let own: PeerAddress
    private let timeToLive: Int64
    private let expected: Int
    private let patience: Duration
    private let scheduler: any Scheduler
    private let announcer: MemberAnnouncer
    private let mailbox: Mailbox<EtcdAnswer>
    private let state: Guarded<State>
    private let ended: Monitor.Condition

    /// The instances under a prefix.
    ///
    /// - Parameters:
    ///   - endpoints: where etcd listens: `HOST:PORT,HOST:PORT`, each also as `http://HOST:PORT`
    ///   - prefix: the keys of the instances of one pipeline, such as `connect/orders`
    ///   - own: where the others reach this instance
    ///   - timeToLive: how long a registration outlives its process; whole seconds, 1 s or more. etcd makes very short ones
    ///     longer
    ///   - expected: how many members there must be before ``start(changed:troubled:)`` returns
    ///   - patience: how long it waits for them
    ///   - scheduler: by whose clock
    /// - Throws: ``MembershipError`` where an endpoint or the prefix cannot be used
    public init(
        endpoints: String, prefix: String, own: PeerAddress, timeToLive: Duration = .seconds(10), expected: Int = 1,
        within patience: Duration = .seconds(60), scheduler: any Scheduler = SystemScheduler.shared
    ) throws(MembershipError) {
        self.endpoints = try EtcdMembership.parsed(endpoints)
        guard prefix.contains(where: { $0 != "/" }) else {
            throw MembershipError(
                .configuration, "the prefix is empty: name one for the pipeline, such as connect/orders")
        }
        self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
        self.own = own
        self.timeToLive = max(1, timeToLive.components.seconds)
        self.expected = expected
        self.patience = patience
        self.scheduler = scheduler
        announcer = MemberAnnouncer(scheduler: scheduler)
        mailbox = Mailbox(capacity: 4096, scheduler: scheduler)
        state = Guarded(State(), scheduler: scheduler)
        ended = state.monitor.makeCondition()
    }

    /// The list as it is known now; nil before the start.
    public var current: MemberList? { announcer.current }

    /// Registers this instance and waits for the others that are expected.
    public func start(
        changed: @escaping @Sendable (MemberList) -> Void, troubled: @escaping @Sendable (MembershipError) -> Void
    ) throws(MembershipError) -> MemberList {
        let isFirst = state.withLock { state in
            defer { (state.wasStarted, state.isWorking) = (true, !state.wasStarted || state.isWorking) }
            return !state.wasStarted
        }
        guard isFirst else { throw MembershipError(.notRunning, "a membership is started once; make another one") }
        // A lost call must not cost the lease.
        let timeout = Duration.milliseconds(min(2000, max(500, timeToLive * 1000 / 4)))
        let client = EtcdClient(endpoints: endpoints, timeout: timeout, scheduler: scheduler)
        scheduler.spawn(name: "member-etcd") { [self] in
            var worker = EtcdWorker(
                client: client, announcer: announcer, mailbox: mailbox, scheduler: scheduler, own: own,
                timeToLive: timeToLive, prefix: prefix)
            worker.run()
            state.withLock { state in
                state.isWorking = false
                ended.broadcast()
            }
        }
        do throws(MembershipError) {
            return try announcer.begin(
                atLeast: expected, within: patience, changed: changed, troubled: troubled)
        } catch {
            stop()
            throw error
        }
    }

    /// Takes the registration back; waits for it 10 s at most.
    public func stop() {
        mailbox.stop()
        let deadline = scheduler.now.advanced(by: .seconds(10))
        state.waitWithLock { state -> Attempt<Void> in
            !state.isWorking || scheduler.now >= deadline ? .done(()) : .wait(ended, until: deadline)
        }
        announcer.stop()
    }

    /// Refused: instances register themselves.
    public func set(_ members: [PeerAddress]) throws(MembershipError) {
        throw MembershipError(
            .notChangeable,
            "the members are the instances that have registered in etcd under \(prefix): start and stop "
                + "instances instead")
    }

    private static func parsed(_ endpoints: String) throws(MembershipError) -> [PeerAddress] {
        var addresses: [PeerAddress] = []
        for part in endpoints.split(separator: ",") {
            var text = part.trimmed
            if text.hasPrefix("https://") {
                throw MembershipError(
                    .configuration, "\(text): only plain HTTP is spoken with etcd: give an endpoint with http://")
            }
            if text.hasPrefix("http://") { text.removeFirst("http://".count) }
            while text.hasSuffix("/") { text.removeLast() }
            do throws(PeersError) {
                addresses.append(try PeerAddress(text))
            } catch {
                throw MembershipError(.configuration, "an endpoint of etcd: \(error.message)")
            }
        }
        guard !addresses.isEmpty else {
            throw MembershipError(.configuration, "there is no endpoint of etcd: write HOST:PORT, as in 10.0.0.9:2379")
        }
        return addresses
    }
}
