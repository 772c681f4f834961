import Connect
import NIOCore
import NIOPosix

/// The port of a member, open for the others, with the thread that all of its connections belong to.
final class PeerPort: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let links: NIOLoopBound<PeerLinks>
    private let listener: any Channel

    /// Opens the port and begins to dial; blocks until it listens.
    ///
    /// - Parameters:
    ///   - settings: what the connections are made with
    ///   - makeEvents: makes who is told what happens; called on the loop, before anything happens
    /// - Throws: ``PeersError`` where nothing protects the connections, files cannot be used, or the port is taken
    init(
        _ settings: PeerLinksSettings, makeEvents: @escaping @Sendable (PeerLinks) -> any PeerEvents
    ) throws(PeersError) {
        let transport = try PeerTransport(settings.security, members: settings.peers.members)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loop = group.next()
            let links = try loop.submit {
                let links = PeerLinks(settings, transport: transport, loop: loop)
                return NIOLoopBound(links, eventLoop: loop)
            }.wait()
            let own = settings.listensAt ?? settings.peers.own
            listener = try Self.bootstrap(loop, links).bind(host: own.host, port: own.port).wait()
            try loop.submit { links.value.start(makeEvents(links.value)) }.wait()
            self.links = links
            self.group = group
        } catch {
            try? group.syncShutdownGracefully()
            throw PeersError(
                .cannotListen,
                "this instance cannot listen at \(settings.listensAt ?? settings.peers.own): \(ConnectionFailure.reason(error)); is another "
                    + "instance running there, or is the address that of another machine?")
        }
    }

    private static func bootstrap(_ loop: any EventLoop, _ links: NIOLoopBound<PeerLinks>) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 256)
            // A member that was killed finds its port free.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: Self.allocator)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try links.value.prepare(channel, dialled: nil) }
            }
    }

    /// Sets what both ends have in common.
    static func options(_ bootstrap: ClientBootstrap) -> ClientBootstrap {
        bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: allocator)
    }

    private static let allocator = AdaptiveRecvByteBufferAllocator(
        minimum: 4 << 10, initial: 16 << 10, maximum: 256 << 10)

    /// Runs something on the loop, soon.
    ///
    /// - Parameter body: may use the connections for the time of the call
    func run(_ body: @escaping @Sendable (PeerLinks) -> Void) {
        let links = links
        group.next().execute { body(links.value) }
    }

    /// Says goodbye to all members and closes everything; blocks until that is done, for little longer than
    /// ``PeerTiming/lingerTimeout``. Not to be called on the loop.
    ///
    /// - Parameter goodbye: why
    func close(_ goodbye: Goodbye) {
        let (group, links, listener) = (group, links, listener)
        let closing = group.next().submit {
            listener.close(promise: nil)
            return links.value.close(goodbye)
        }
        guard let (closed, idle) = try? closing.wait() else { return }
        try? closed.wait()
        // The thread ends when nothing comes to it any more.
        idle.whenComplete { _ in group.shutdownGracefully { _ in } }
    }
}
