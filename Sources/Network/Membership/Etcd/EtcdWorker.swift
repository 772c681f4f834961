import Connect

/// Registers this instance, keeps its lease alive and follows the changes of the others; belongs to one thread.
struct EtcdWorker {
    let client: EtcdClient
    let announcer: MemberAnnouncer
    let mailbox: Mailbox<EtcdAnswer>
    let scheduler: any Scheduler
    let own: PeerAddress
    /// How long a registration outlives its process, in seconds.
    let timeToLive: Int64
    var registry: EtcdRegistry

    private var lease: Int64 = 0
    private var nextKeepAlive = MonotonicTime(nanoseconds: 0)
    private var watch: EtcdConnection?
    private var watchNumber = 0
    private var watchEndpoint: PeerAddress?
    private var isWatching = false
    private var nextWatch = MonotonicTime(nanoseconds: 0)

    init(
        client: EtcdClient, announcer: MemberAnnouncer, mailbox: Mailbox<EtcdAnswer>, scheduler: any Scheduler,
        own: PeerAddress, timeToLive: Int64, prefix: String
    ) {
        self.client = client
        self.announcer = announcer
        self.mailbox = mailbox
        self.scheduler = scheduler
        self.own = own
        self.timeToLive = timeToLive
        registry = EtcdRegistry(prefix: prefix)
    }

    /// Works until the mailbox is stopped.
    mutating func run() {
        while !mailbox.isStopped {
            do throws(MembershipError) {
                try register()
                try attend()
            } catch {
                closeWatch()
                announcer.report(error, isOutage: true)
                if error.code != .registrationLost { mailbox.pause(until: soon) }
            }
        }
        closeWatch()
        // Without it the others would wait until the lease runs out.
        if lease != 0 { _ = try? client.call("lease/revoke", [("ID", .string("\(lease)"))]) }
    }

    /// When to try again what failed.
    private var soon: MonotonicTime { scheduler.now.advanced(by: .milliseconds(min(1000, 200 * timeToLive))) }

    private mutating func register() throws(MembershipError) {
        closeWatch()
        let granted = try client.call("lease/grant", [("TTL", .string("\(timeToLive)"))])
        guard let id = granted["ID"]?.whole, id != 0 else { throw Self.strange("lease/grant", granted) }
        lease = id
        keepAliveLater(granted)
        let put = try client.call(
            "kv/put",
            [
                ("key", .string(EtcdText.encoded(registry.key(of: own)))),
                ("value", .string(EtcdText.encoded(own.description))), ("lease", .string("\(lease)")),
            ])
        guard let revision = put["header"]?["revision"]?.whole.map({ UInt64(clamping: $0) }), revision > 0 else {
            throw Self.strange("kv/put", put)
        }
        if let known = announcer.current, known.epoch >= revision {
            throw MembershipError(
                .outdated,
                "etcd is at revision \(revision), behind epoch \(known.epoch), which this instance knows: it "
                    + "was restored from older data, or is another etcd; start all instances anew")
        }
        // Exactly what there was with the own registration; what came later comes by the watch.
        registry.load(try client.call("kv/range", keys + [("revision", .string("\(revision)"))]), revision: revision)
        announcer.recover()
        publish()
        openWatch()
    }

    private mutating func attend() throws(MembershipError) {
        while !mailbox.isStopped {
            let answer = mailbox.next(until: watch == nil ? min(nextKeepAlive, nextWatch) : nextKeepAlive)
            if let answer, answer.request == watchNumber, watch != nil { try take(answer.part) }
            if scheduler.now >= nextKeepAlive { try keepAlive() }
            if watch == nil, scheduler.now >= nextWatch { openWatch() }
        }
    }

    // MARK: the lease

    private mutating func keepAlive() throws(MembershipError) {
        let answer: StateTree
        do throws(MembershipError) {
            answer = try client.call("lease/keepalive", [("ID", .string("\(lease)"))])
        } catch {
            announcer.report(error, isOutage: true)
            nextKeepAlive = soon
            return
        }
        guard let result = answer["result"] else { throw Self.strange("lease/keepalive", answer) }
        // An unknown lease has no time to live.
        guard result["TTL"]?.whole ?? 0 > 0 else {
            throw MembershipError(
                .registrationLost,
                "the lease of \(own) ran out, because etcd did not hear of it in time; it registers "
                    + "again")
        }
        keepAliveLater(result)
        if watchEndpoint != client.endpoint {
            // The endpoint of the watch does not answer any more: its connection may be dead without knowing.
            closeWatch()
        } else if isWatching {
            announcer.recover()
        }
    }

    private mutating func keepAliveLater(_ granted: StateTree) {
        let seconds = max(1, min(granted["TTL"]?.whole ?? timeToLive, timeToLive))
        nextKeepAlive = scheduler.now.advanced(by: .milliseconds(seconds * 1000 / 3))
    }

    // MARK: the watch

    private var keys: [(String, StateTree)] {
        [
            ("key", .string(EtcdText.encoded(registry.prefix))),
            ("range_end", .string(EtcdText.encoded(EtcdText.rangeEnd(of: registry.prefix)))),
        ]
    }

    private mutating func openWatch() {
        watchNumber += 1
        watchEndpoint = client.endpoint
        let request = keys + [("start_revision", .string("\(registry.revision + 1)"))]
        watch = client.stream(
            "watch", .members([("create_request", .members(request))]), number: watchNumber, to: mailbox)
    }

    private mutating func closeWatch() {
        watch?.close()
        watch = nil
        isWatching = false
    }

    private mutating func loseWatch(_ reason: String) {
        announcer.report(
            MembershipError(.unavailable, "etcd tells of no changes (\(reason)); the list is kept"), isOutage: true)
        closeWatch()
        client.leaveEndpoint()
        nextWatch = soon
    }

    private mutating func take(_ part: EtcdAnswer.Part) throws(MembershipError) {
        guard case .line(let line, let status) = part else {
            if case .ended(let reason) = part { loseWatch(reason ?? "the stream has ended") }
            return
        }
        guard let message = try? StateTextParser.parse(line) else { return loseWatch("a message that is no JSON") }
        guard status == 200, let result = message["result"] else {
            return loseWatch(EtcdClient.reason(message) ?? "status \(status)")
        }
        if result["canceled"]?.isTrue == true {
            // The changes since then are gone from etcd's history, so everything is read again.
            if result["compact_revision"]?.whole ?? 0 > 0 { return try register() }
            return loseWatch(result["cancel_reason"]?.text ?? "the watch was canceled")
        }
        isWatching = true
        if result["created"]?.isTrue == true { announcer.recover() }
        if registry.apply(result["events"]?.elements ?? []) {
            publish()
            try checkOwn()
        }
    }

    // MARK: the list

    private func publish() {
        let members = registry.members
        // Nobody is registered only while this instance is about to register again.
        if members.isEmpty { return }
        announcer.publish(members, epoch: registry.revision)
        if let stranger = registry.strangers.first {
            announcer.report(
                MembershipError(
                    .malformed,
                    "the key \(stranger) in etcd has a value that is no HOST:PORT and is left out: give the "
                        + "members a prefix of their own"))
        }
    }

    private func checkOwn() throws(MembershipError) {
        guard let found = registry.lease(of: own) else {
            throw MembershipError(
                .registrationLost, "the registration of \(own) was removed from etcd; it registers again")
        }
        if found != lease {
            announcer.report(
                MembershipError(
                    .addressTaken,
                    "another process has registered as \(own): every instance needs an address of its own"))
        }
    }

    private static func strange(_ path: String, _ answer: StateTree) -> MembershipError {
        MembershipError(.unavailable, "etcd answers \(path) with what is not understood: \(answer.json.prefix(200))")
    }
}
