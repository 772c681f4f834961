import NIOCore
import NIOPosix

/// Stands between two members: hands on what they say, until it is told otherwise. Closed at its end.
package final class LinkProxy: Sendable {
    /// Where it listens.
    package let port: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: any Channel
    private let relays: NIOLoopBound<Relays>

    /// A proxy in front of a port of 127.0.0.1.
    package init(to target: Int) throws {
        let loop = group.next()
        let relays = try loop.submit { NIOLoopBound(Relays(), eventLoop: loop) }.wait()
        self.relays = relays
        listener = try ServerBootstrap(group: loop)
            .childChannelInitializer { incoming in
                let client = ClientBootstrap(group: loop)
                return client.connect(host: "127.0.0.1", port: target).flatMapThrowing { outgoing in
                    let pair = (Relay(relays.value, to: outgoing), Relay(relays.value, to: incoming))
                    try incoming.pipeline.syncOperations.addHandler(pair.0)
                    try outgoing.pipeline.syncOperations.addHandler(pair.1)
                    relays.value.channels += [incoming, outgoing]
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = listener.localAddress?.port ?? 0
    }

    /// Ends all connections as they are.
    package func cut() {
        run { relays in
            for channel in relays.channels { channel.close(promise: nil) }
            relays.channels = []
        }
    }

    /// Takes everything in and hands nothing on, for ever.
    package func swallow() { run { $0.swallows = true } }

    /// Takes nothing in.
    package func pause() { run { $0.read(false) } }

    /// Takes everything in again.
    package func resume() { run { $0.read(true) } }

    package func close() {
        cut()
        try? listener.close().wait()
        try? group.syncShutdownGracefully()
    }

    /// Done when it returns.
    private func run(_ body: @escaping @Sendable (Relays) -> Void) {
        let relays = relays
        try? group.next().submit { body(relays.value) }.wait()
    }
}

private final class Relays {
    var channels: [any Channel] = []
    var swallows = false

    func read(_ reads: Bool) {
        for channel in channels { _ = channel.setOption(.autoRead, value: reads) }
    }
}

private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let relays: Relays
    private let other: any Channel

    init(_ relays: Relays, to other: any Channel) {
        self.relays = relays
        self.other = other
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !relays.swallows { other.writeAndFlush(unwrapInboundIn(data), promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !relays.swallows { other.close(promise: nil) }
    }
}
