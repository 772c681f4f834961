public import Connect
import NIOCore
import NIOPosix

/// Asks a member of a pipeline that runs for its list, and changes it; from outside, by what members know each other by.
///
/// ```swift
/// let control = PeersControl(at: try PeerAddress("10.0.0.1:19001"), security: .plain)
/// let state = try control.set([try PeerAddress("10.0.0.1:19001"), try PeerAddress("10.0.0.3:19001")])
/// ```
///
/// All calls block.
public struct PeersControl: Sendable {
    /// Which member is asked; any of them will do.
    public let address: PeerAddress
    private let security: PeerSecurity
    private let timeout: Duration
    private let scheduler: any Scheduler

    /// A way to a member.
    ///
    /// - Parameters:
    ///   - address: where it is reached
    ///   - security: what protects the connections of the members
    ///   - timeout: how long an answer may take
    ///   - scheduler: by whom it is waited
    public init(
        at address: PeerAddress, security: PeerSecurity = .loopback, timeout: Duration = .seconds(5),
        scheduler: any Scheduler = SystemScheduler.shared
    ) {
        self.address = address
        self.security = security
        self.timeout = timeout
        self.scheduler = scheduler
    }

    /// Asks who the members are.
    ///
    /// - Returns: the list of the epoch that the member is in
    /// - Throws: ``PeersError`` where it cannot be reached, or does not know who asks
    public func list() throws(PeersError) -> PeersState {
        try PeersState(ask(ListRequest(kind: .show, list: [])))
    }

    /// Changes the list, and waits until the epoch with it has begun.
    ///
    /// - Parameters:
    ///   - members: those that there are to be, in their order
    ///   - most: how long the change may take; what is under way has to come to its end
    /// - Returns: how it stands then
    /// - Throws: ``PeersError`` with the code ``PeersError/Code/changeRefused`` where the change cannot be, and the pipeline
    ///   goes on as it is; others where nobody could be asked
    public func set(_ members: [PeerAddress], within most: Duration = .seconds(60)) throws(PeersError) -> PeersState {
        try Peers.check(members)
        let deadline = scheduler.now.advanced(by: most)
        let wanted = try PeersState(ask(ListRequest(kind: .set, list: members.map(\.description))))
        let pause = Mailbox<Never>(capacity: 1, scheduler: scheduler)
        // Whoever was asked may be one that is taken from the list, and ends.
        let witnesses = members.contains(address) ? [address] + members.filter { $0 != address } : members
        while scheduler.now < deadline {
            for witness in witnesses {
                let control = PeersControl(at: witness, security: security, timeout: timeout, scheduler: scheduler)
                guard let state = try? control.list(), state.epoch >= wanted.epoch else { continue }
                guard state.members.map(\.address) == members else {
                    throw PeersError(
                        .changeRefused,
                        "another change came before: epoch \(state.epoch) has the members "
                            + state.members.map { "\($0.address)" }.joined(separator: ","))
                }
                return state
            }
            pause.pause(until: scheduler.now.advanced(by: .milliseconds(100)))
        }
        throw PeersError(
            .changeRefused, "the change has not come to its end within \(most): it may still come, ask for the list")
    }

    /// Asks again where the connection ends without an answer: a member ends all it has where an epoch begins.
    private func ask(_ request: ListRequest) throws(PeersError) -> ListAnswer {
        let pause = Mailbox<Never>(capacity: 1, scheduler: scheduler)
        for _ in 0..<5 {
            if let answer = try askOnce(request) { return answer }
            pause.pause(until: scheduler.now.advanced(by: .milliseconds(100)))
        }
        throw PeersError(
            .unreachable, "no answer: \(address) ends the connection; give the same security as the members have")
    }

    /// - Returns: nil where the connection ends without an answer
    private func askOnce(_ request: ListRequest) throws(PeersError) -> ListAnswer? {
        let transport = try PeerTransport(security, members: [address])
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let limit = TimeAmount(timeout)
        let loop = group.next()
        let promise = loop.makePromise(of: ListAnswer.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(limit).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let handler = try transport.makeHandler(isDialler: true) { try pipeline.addHandler(handler) }
                try pipeline.addHandler(ControlLink(request, transport.authentication, limit: limit, promise))
            }
        }
        do {
            let channel: any Channel
            if let number = try? SocketAddress(ipAddress: address.host, port: address.port) {
                channel = try bootstrap.connect(to: number).wait()
            } else {
                channel = try bootstrap.connect(host: address.host, port: address.port).wait()
            }
            defer { channel.close(promise: nil) }
            return try promise.futureResult.wait()
        } catch let error as PeersError {
            throw error
        } catch is ControlLink.ConnectionEnded {
            return nil
        } catch {
            promise.fail(error)
            throw PeersError(.unreachable, "\(address) cannot be asked: \(ConnectionFailure.reason(error))")
        }
    }
}
