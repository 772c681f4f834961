import Connect
import ConnectNetwork
import Foundation
import Logging
import NIOCore
import NIOPosix

/// A pipeline that three members share over loopback, and what NIO alone carries over one connection.
enum NetworkPrograms {
    static let all: [String: Program] = [
        "network-small": { count in try share(count, bytes: small) },
        "network-large": { count in try share(count, bytes: large) },
        "network-small-nio": { count in try carry(count * small) },
        "network-large-nio": { count in try carry(count * large) },
    ]

    static let small = 16
    static let large = 1024

    /// All three members in this process, each with threads of its own.
    private static func share(_ count: Int, bytes: Int) throws -> Measurement.Latency? {
        let element = Bytes([UInt8](repeating: 0x61, count: bytes))
        let members = try freePorts(3).map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var options = RunOptions()
        options.logger.logLevel = .warning
        let runs = try members.indices.map { place in
            try PeersRun(
                Pipeline("shared").root(ListSource(repeatElement(element, count: count)))
                    .split().map { $0 }.mergeOrdered().to(NullSink<Bytes>()),
                peers: try Peers(members, self: .index(place)), options)
        }
        for run in runs { _ = try run.wait() }
        return nil
    }

    private static func freePorts(_ count: Int) throws -> [Int] {
        let group = MultiThreadedEventLoopGroup.singleton
        let listeners = try (0..<count).map { _ in
            try ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).wait()
        }
        defer { for listener in listeners { try? listener.close().wait() } }
        return listeners.compactMap { $0.localAddress?.port }
    }

    /// Writes pieces of 64 KiB to a connection, from one thread to another.
    private static func carry(_ bytes: Int) throws -> Measurement.Latency? {
        let length = 64 << 10
        let count = max(1, bytes / length)
        let done = DispatchSemaphore(value: 0)
        let threads = (0..<2).map { _ in MultiThreadedEventLoopGroup(numberOfThreads: 1) }
        defer { for thread in threads { try? thread.syncShutdownGracefully() } }
        let listener = try ServerBootstrap(group: threads[0])
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16_384, maximum: 256 << 10)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(count * length, done))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        guard let address = listener.localAddress else { throw BenchmarkError("the listener has no address") }
        let sender = try ClientBootstrap(group: threads[1])
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Sender(ByteBuffer(repeating: 1, count: length), count))
                }
            }
            .connect(to: address).wait()
        done.wait()
        try sender.close().wait()
        try listener.close().wait()
        return nil
    }
}

private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var left: Int
    private let done: DispatchSemaphore

    init(_ bytes: Int, _ done: DispatchSemaphore) {
        left = bytes
        self.done = done
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        left -= unwrapInboundIn(data).readableBytes
        if left == 0 { done.signal() }
    }
}

private final class Sender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let piece: ByteBuffer
    private var left: Int
    private var outstanding = 0

    init(_ piece: ByteBuffer, _ count: Int) {
        self.piece = piece
        left = count
    }

    func channelActive(context: ChannelHandlerContext) { fill(context) }

    private func fill(_ context: ChannelHandlerContext) {
        while left > 0, outstanding < 4 << 20 {
            left -= 1
            outstanding += piece.readableBytes
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenComplete { [self] _ in
                outstanding -= piece.readableBytes
                if outstanding < 1 << 20 { fill(context) }
            }
            context.write(wrapOutboundOut(piece), promise: promise)
        }
        context.flush()
    }
}
