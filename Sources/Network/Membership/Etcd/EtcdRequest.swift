import NIOCore
import NIOHTTP1
import NIOPosix

/// One POST to etcd's JSON gateway on a connection of its own, whose answer comes line by line.
struct EtcdRequest: Sendable {
    /// Where etcd listens.
    let endpoint: PeerAddress
    /// The path behind `/v3/`.
    let path: String
    /// The body, which is JSON.
    let body: String

    /// Sends it.
    ///
    /// - Parameters:
    ///   - connectTimeout: how long connecting may take
    ///   - take: called with each part of the answer on another thread, last with `ended`; returns whether there was room
    /// - Returns: what ends it early
    func send(
        connectTimeout: TimeAmount, take: @escaping @Sendable (EtcdAnswer.Part) -> Bool
    ) -> EtcdConnection {
        let connected = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(EtcdAnswerHandler(self, take: take))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
        connected.whenFailure { error in _ = take(.ended(ConnectionFailure.reason(error))) }
        return EtcdConnection(channel: connected)
    }
}

/// The connection of one request.
struct EtcdConnection: Sendable {
    fileprivate let channel: EventLoopFuture<any Channel>

    /// Closes it, now or as soon as it is there.
    func close() {
        channel.whenSuccess { $0.close(promise: nil) }
    }
}

/// Sends a request as soon as the connection stands, and cuts the answer into lines.
private final class EtcdAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// How long a line may be: etcd sends 1.5 MiB by default, and half as much again for base64.
    private static let maximumLineLength = 8 << 20

    private let request: EtcdRequest
    private let take: @Sendable (EtcdAnswer.Part) -> Bool
    private var status = 0
    private var line: [UInt8] = []
    private var hasEnded = false

    init(_ request: EtcdRequest, take: @escaping @Sendable (EtcdAnswer.Part) -> Bool) {
        self.request = request
        self.take = take
    }

    func channelActive(context: ChannelHandlerContext) {
        let body = ByteBuffer(string: request.body)
        let headers = HTTPHeaders([
            ("Host", request.endpoint.description), ("Content-Type", "application/json"),
            ("Content-Length", "\(body.readableBytes)"),
            // A member of etcd that has lost the others is to say so, and not to keep silent.
            ("Grpc-Metadata-hasleader", "true"),
        ])
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v3/" + request.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes):
            var rest = bytes.readableBytesView
            while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<newline]
                giveLine(context)
                rest = rest[rest.index(after: newline)...]
            }
            line += rest
            if line.count > Self.maximumLineLength { end("a line of more than 8 MiB came", context) }
        case .end:
            giveLine(context)
            end(nil, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end("the connection was closed", context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end("\(error)", context)
    }

    private func giveLine(_ context: ChannelHandlerContext) {
        let text = String(decoding: line, as: UTF8.self)
        line = []
        if text.isEmpty || hasEnded { return }
        if !take(.line(text, status: status)) { end("more came than was taken", context) }
    }

    private func end(_ reason: String?, _ context: ChannelHandlerContext) {
        if hasEnded { return }
        hasEnded = true
        line = []
        _ = take(.ended(reason))
        context.close(promise: nil)
    }
}
