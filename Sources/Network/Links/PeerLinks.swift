import Connect
import Logging
import NIOCore
import NIOPosix

/// The connections of a member to all others, each of which it makes, keeps, and makes again.
///
/// The member with the lower place dials. All state belongs to one loop: every call comes on it, and all
/// ``PeerEvents`` do.
final class PeerLinks {
    /// The loop that all calls belong to.
    let loop: any EventLoop
    /// Who is told what happens; nobody before the begin.
    private var events: (any PeerEvents)?
    /// What this member announces on connections to come. Its epoch is that of the first member that has one.
    var facts: MemberFacts

    // Can go to: dialling → linked → waiting → dialling; dialling → waiting.
    private enum Dial {
        case dialling
        case linked(PeerLink)
        case waiting(Scheduled<Void>)
    }

    private var settings: PeerLinksSettings
    /// How often the list has changed.
    private var round = 0
    private let transport: PeerTransport
    private var dials: [Int: Dial] = [:]
    private var delays: [Int: RedialDelay] = [:]
    /// The accepted connections by place.
    private var links: [Int: PeerLink] = [:]
    /// All connections whose channel is not closed.
    private var open: [ObjectIdentifier: PeerLink] = [:]
    /// Those that somebody else has made and that were not accepted, closing ones included; the oldest first.
    private var unaccepted: [PeerLink] = []
    private var instances: [Int: UInt64] = [:]
    private var troubles: [Int: String] = [:]
    private var log: RefusalLog
    /// How many connections are being made.
    private var attempts = 0
    private var closing: (closed: EventLoopPromise<Void>, idle: EventLoopPromise<Void>)?

    /// The connections of a member that has not begun.
    ///
    /// - Parameters:
    ///   - settings: what they are made with
    ///   - transport: what is between the sockets and the frames
    ///   - loop: to which all belongs
    init(_ settings: PeerLinksSettings, transport: PeerTransport, loop: any EventLoop) {
        self.settings = settings
        self.transport = transport
        self.loop = loop
        facts = settings.facts
        log = RefusalLog(settings.logger)
    }

    // MARK: What comes from above

    /// Begins to dial.
    ///
    /// - Parameter events: who is told what happens
    func start(_ events: any PeerEvents) {
        loop.preconditionInEventLoop()
        self.events = events
        dialAll()
    }

    private func dialAll() {
        for place in settings.peers.members.indices where place > settings.peers.ownIndex {
            delays[place] = RedialDelay(
                first: settings.timing.redialInterval, longest: settings.timing.longestRedialInterval,
                seed: settings.seed &+ UInt64(place))
            dial(place)
        }
    }

    /// Ends all connections and makes those of another list; the port stays open.
    ///
    /// - Parameters:
    ///   - peers: all members from now on, and which this one is
    ///   - epoch: what this member announces; 0 where it is to learn it
    ///   - instance: which start of this member it is
    func change(_ peers: Peers, epoch: UInt64, instance: UInt64) {
        loop.preconditionInEventLoop()
        guard closing == nil else { return }
        round += 1
        let newest = Dictionary(
            instances.map { (settings.peers.members[$0.key], $0.value) }, uniquingKeysWith: { max($0, $1) })
        for case .waiting(let timer) in dials.values { timer.cancel() }
        (dials, links, unaccepted, troubles, instances) = ([:], [:], [], [:], [:])
        log = RefusalLog(settings.logger)
        settings.peers = peers
        for (place, member) in peers.members.enumerated() { instances[place] = newest[member] }
        facts = MemberFacts(
            place: peers.ownIndex, list: peers.members.map(\.description), epoch: epoch, instance: instance,
            planHash: facts.planHash)
        for link in Array(open.values) { link.leave(Goodbye(reason: .leaving, sentence: "the list has changed")) }
        dialAll()
    }

    /// Sends frames, in one write with all others of this turn of the loop.
    ///
    /// - Parameters:
    ///   - frames: those of flows, none longer than the limits
    ///   - place: to which member
    /// - Returns: false where there is no connection: its loss was told, or is being told
    @discardableResult
    func send(_ frames: some Sequence<Frame>, to place: Int) -> Bool {
        loop.preconditionInEventLoop()
        guard let link = links[place] else { return false }
        link.send(frames)
        return true
    }

    /// Whether there is a connection to a member.
    func isConnected(to place: Int) -> Bool { links[place] != nil }

    /// How many members there are, this one included.
    var memberCount: Int { settings.peers.members.count }

    /// How many connections there are, accepted or not, those that are being closed included.
    var connectionCount: Int { open.count }

    /// How many bytes were given to a member's connection and are not written yet.
    func unwritten(to place: Int) -> Int { links[place]?.unwritten ?? 0 }

    /// Whether a member's connection takes more without piling it up; where it is false, ``PeerEvents/gotRoom(_:)`` comes.
    func hasRoom(for place: Int) -> Bool { links[place].map { $0.unwritten <= PeerLink.room.full } ?? false }

    /// What was wrong last with a member that there is no connection to.
    func trouble(of place: Int) -> String? { troubles[place] }

    /// Ends a connection whose other side has broken the protocol in the use of a flow; its loss is told.
    func fail(_ place: Int, _ error: ProtocolError) { links[place]?.fail(error) }

    /// Says goodbye to all and closes everything; nothing is told any more.
    ///
    /// - Parameter goodbye: why
    /// - Returns: what succeeds when all connections are closed, and what succeeds when no attempt to make one is under
    ///   way any more: the search for a name cannot be ended, only waited for
    func close(_ goodbye: Goodbye) -> (closed: EventLoopFuture<Void>, idle: EventLoopFuture<Void>) {
        loop.preconditionInEventLoop()
        if let closing { return (closing.closed.futureResult, closing.idle.futureResult) }
        let promises = (closed: loop.makePromise(of: Void.self), idle: loop.makePromise(of: Void.self))
        closing = promises
        events = nil
        for case .waiting(let timer) in dials.values { timer.cancel() }
        dials = [:]
        for link in Array(open.values) { link.leave(goodbye) }
        finishClosing()
        return (promises.closed.futureResult, promises.idle.futureResult)
    }

    private func finishClosing() {
        guard let closing else { return }
        if open.isEmpty { closing.closed.succeed(()) }
        if attempts == 0 { closing.idle.succeed(()) }
    }

    // MARK: Connections are made

    /// Puts the handlers of a new connection on its channel.
    ///
    /// - Parameters:
    ///   - channel: of which nothing was read yet
    ///   - dialled: whom this member has dialled; nil where it was dialled
    /// - Throws: where all connections are being closed, or there cannot be TLS
    func prepare(_ channel: any Channel, dialled: Int?) throws {
        guard closing == nil else { throw ChannelError.ioOnClosedChannel }
        let connection = PeerConnection(
            role: dialled.map { .dialler(expecting: $0) } ?? .listener, facts: facts,
            authentication: transport.authentication, instances: instances, limits: settings.limits,
            timing: settings.timing, now: .now())
        let wantsTLS = transport.authentication != .none
        let link = PeerLink(connection, dialled: dialled, round: round, wantsTLS: wantsTLS, links: self)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            PeerEdge(wantsTLS: wantsTLS, lingerTimeout: TimeAmount(settings.timing.lingerTimeout)))
        if let handler = try transport.makeHandler(isDialler: dialled != nil) { try pipeline.addHandler(handler) }
        try pipeline.addHandler(link)
        open[ObjectIdentifier(link)] = link
        guard let dialled else {
            unaccepted.append(link)
            if unaccepted.count > settings.maximumUnaccepted {
                unaccepted.removeFirst().abort(
                    "there are more than \(settings.maximumUnaccepted) connections that have not said who they are")
            }
            return
        }
        dials[dialled] = .linked(link)
    }

    private func dial(_ place: Int) {
        dials[place] = .dialling
        if links[place] != nil { return }
        let address = settings.peers.members[place]
        let this = NIOLoopBound(self, eventLoop: loop)
        let round = round
        let bootstrap = PeerPort.options(ClientBootstrap(group: loop))
            .connectTimeout(TimeAmount(settings.timing.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard this.value.round == round else { throw ChannelError.ioOnClosedChannel }
                    try this.value.prepare(channel, dialled: place)
                }
            }
        let number = try? SocketAddress(ipAddress: address.host, port: address.port)
        let channel =
            number.map { bootstrap.connect(to: $0) } ?? bootstrap.connect(host: address.host, port: address.port)
        attempts += 1
        channel.assumeIsolated().whenComplete { result in self.dialled(place, result, round) }
    }

    private func dialled(_ place: Int, _ result: Result<any Channel, any Error>, _ round: Int) {
        attempts -= 1
        finishClosing()
        guard round == self.round, case .failure(let error) = result else { return }
        troubles[place] =
            "member \(place) (\(settings.peers.members[place])) cannot be reached: \(ConnectionFailure.reason(error))"
        redial(place)
    }

    private func redial(_ place: Int) {
        guard closing == nil, let delay = delays[place]?.next() else { return }
        if case .waiting = dials[place] { return }
        dials[place] = .waiting(
            loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in self?.dial(place) })
    }

    // MARK: What connections tell

    /// The other side of a connection has been accepted.
    func accepted(_ link: PeerLink, _ other: MemberFacts, epoch: UInt64) {
        let place = other.place
        unaccepted.removeAll { $0 === link }
        guard closing == nil, link.round == round, other.instance >= instances[place] ?? 0 else {
            link.leave(Goodbye(reason: .leaving, sentence: "a newer instance of \(other.name) has taken its place"))
            return
        }
        let isNewer = other.instance > instances[place] ?? other.instance
        if let old = links[place] {
            links[place] = nil
            let sentence =
                isNewer
                ? "a newer instance of \(other.name) has taken its place" : "\(other.name) has made a new connection"
            old.abort(sentence)
            tellLoss(place, sentence, goodbye: nil)
        }
        instances[place] = other.instance
        if facts.epoch == 0 { facts.epoch = epoch }
        links[place] = link
        troubles[place] = nil
        delays[place]?.reset()
        log.recovered(place)
        settings.logger.info("\(other.name) is connected")
        events?.accepted(place, other, epoch: epoch)
    }

    /// A connection has ended; its channel may still be closing.
    func ended(_ link: PeerLink, _ ending: PeerEnding) {
        guard link.round == round else { return }
        switch ending {
        case .left: break
        case .refused(let refusal):
            if let place = link.dialled { troubles[place] = refusal.sentence }
            log.refused(refusal, at: link.dialled)
            events?.refused(refusal, at: link.dialled)
        case .lost(let sentence, let goodbye):
            if let place = link.place, links[place] === link { tellLoss(place, sentence, goodbye: goodbye) }
        }
        if let place = link.dialled, links[place] == nil { redial(place) }
    }

    private func tellLoss(_ place: Int, _ sentence: String, goodbye: Goodbye?) {
        links[place] = nil
        troubles[place] = sentence
        settings.logger.log(level: goodbye == nil ? .warning : .info, "\(sentence)")
        events?.lost(place, sentence, goodbye: goodbye)
    }

    /// A connection's channel is closed.
    func closed(_ link: PeerLink) {
        guard open.removeValue(forKey: ObjectIdentifier(link)) != nil else { return }
        unaccepted.removeAll { $0 === link }
        finishClosing()
    }

    /// A frame of a flow came.
    func received(_ frame: Frame, from place: Int, on link: PeerLink) {
        if links[place] === link { events?.received(frame, from: place) }
    }

    /// Somebody who is no member wants something.
    func asked(_ request: ListRequest, on link: PeerLink) -> ListAnswer? {
        closing == nil && link.round == round ? events?.asked(request) : nil
    }

    /// A connection takes more again.
    func gotRoom(_ place: Int, on link: PeerLink) {
        if links[place] === link { events?.gotRoom(place) }
    }
}
