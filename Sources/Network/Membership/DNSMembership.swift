public import Connect

/// The members that the domain name system names, as a headless service of Kubernetes does.
///
/// The records have no order; members are sorted by their names, numbers in them as numbers, so that all instances have
/// the same order. Each instance counts the changes that it has seen: the epochs of two instances differ. A name
/// that has no records any more keeps the list, as does a server that does not answer.
public final class DNSMembership: Membership {
    private enum Asked {
        case services
        case addresses(port: Int)
    }

    private let name: String
    private let asked: Asked
    private let expected: Int
    private let patience: Duration
    private let resolver: any DNSResolver
    private let announcer: MemberAnnouncer
    private let look: RepeatedLook

    /// The members that SRV records name, each with its own port.
    ///
    /// - Parameters:
    ///   - service: such as `_connect._tcp.workers.default.svc.cluster.local`
    ///   - interval: how often they are looked up
    ///   - expected: how many members there must be before ``start(changed:troubled:)`` returns
    ///   - patience: how long it waits for them
    ///   - resolver: who looks them up
    ///   - scheduler: by whose clock
    public convenience init(
        service: String, every interval: Duration = .seconds(5), expected: Int = 1,
        within patience: Duration = .seconds(60), resolver: any DNSResolver = DNSClient(),
        scheduler: any Scheduler = SystemScheduler.shared
    ) {
        self.init(service, .services, interval, expected, patience, resolver, scheduler)
    }

    /// The members that A or AAAA records name, all with the same port.
    ///
    /// - Parameters:
    ///   - name: such as `workers.default.svc.cluster.local`; where it has addresses of both kinds, those of IPv4 count
    ///   - port: that of all members
    ///   - interval: how often they are looked up
    ///   - expected: how many members there must be before ``start(changed:troubled:)`` returns
    ///   - patience: how long it waits for them
    ///   - resolver: who looks them up
    ///   - scheduler: by whose clock
    public convenience init(
        name: String, port: Int, every interval: Duration = .seconds(5), expected: Int = 1,
        within patience: Duration = .seconds(60), resolver: any DNSResolver = DNSClient(),
        scheduler: any Scheduler = SystemScheduler.shared
    ) {
        self.init(name, .addresses(port: port), interval, expected, patience, resolver, scheduler)
    }

    private init(
        _ name: String, _ asked: Asked, _ interval: Duration, _ expected: Int, _ patience: Duration,
        _ resolver: any DNSResolver, _ scheduler: any Scheduler
    ) {
        self.name = name
        self.asked = asked
        self.expected = expected
        self.patience = patience
        self.resolver = resolver
        announcer = MemberAnnouncer(scheduler: scheduler)
        look = RepeatedLook(every: interval, scheduler: scheduler)
    }

    /// The list that was looked up last; nil before the start.
    public var current: MemberList? { announcer.current }

    /// Looks the members up, until there are as many as are expected, and from then on.
    public func start(
        changed: @escaping @Sendable (MemberList) -> Void, troubled: @escaping @Sendable (MembershipError) -> Void
    ) throws(MembershipError) -> MemberList {
        look.start(name: "member-dns", looksAtOnce: true) { [self] in lookUp() }
        do throws(MembershipError) {
            return try announcer.begin(atLeast: expected, within: patience, changed: changed, troubled: troubled)
        } catch {
            stop()
            throw error
        }
    }

    /// Looks nothing up any more.
    public func stop() {
        look.stop()
        announcer.stop()
    }

    /// Refused: the list is that of the domain name system.
    public func set(_ members: [PeerAddress]) throws(MembershipError) {
        throw MembershipError(
            .notChangeable, "the members are the records of \(name): change those, or the replicas of the StatefulSet")
    }

    private func lookUp() {
        do throws(MembershipError) {
            let members = try found().sorted()
            if members.isEmpty {
                throw MembershipError(.notFound, "\(name) has no \(kind): the list is kept; check the name")
            }
            try MembershipError.checking(members)
            announcer.recover()
            if members != current?.members { announcer.publish(members) }
        } catch {
            announcer.report(error, isOutage: true)
        }
    }

    private var kind: String {
        switch asked {
        case .services: "SRV records"
        case .addresses: "A or AAAA records"
        }
    }

    private func found() throws(MembershipError) -> Set<PeerAddress> {
        let pairs: [(host: String, port: Int)]
        switch asked {
        case .services: pairs = try resolver.services(of: name)
        case .addresses(let port): pairs = try resolver.addresses(of: name).map { ($0, port) }
        }
        var members: Set<PeerAddress> = []
        for pair in pairs {
            do throws(PeersError) {
                members.insert(try PeerAddress(host: pair.host, port: pair.port))
            } catch {
                throw MembershipError(.malformed, "a record of \(name): \(error.message)")
            }
        }
        return members
    }
}
