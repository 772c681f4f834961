import Connect
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What a registry answers.
struct RegistryResponse: Sendable {
    let status: Int
    let body: Bytes
}

/// What a registry is asked.
struct RegistryRequest: Sendable {
    var method = HTTPMethod.GET
    /// The path behind the registry's own.
    let path: String
    /// JSON; nil where there is none.
    var body: String?
}

/// Sends requests, each on a connection of its own: with answers kept, they are few.
struct RegistryTransport: Sendable {
    private let security: NIOSSLContext?
    private let authorization: String?
    private let connectTimeout: TimeAmount
    private let requestTimeout: TimeAmount

    /// Reads certificates; blocks for files.
    ///
    /// - Throws: `ConnectorError` where they cannot be used
    init(_ configuration: SchemaRegistryConfiguration, isSecure: Bool) throws(ConnectorError) {
        security = isSecure ? try RegistrySecurity.context(configuration) : nil
        authorization = configuration.user.map { user in
            "Basic " + Base64.standard.text(of: Bytes("\(user):\(configuration.password ?? "")"))
        }
        connectTimeout = TimeAmount(configuration.connectTimeout)
        requestTimeout = TimeAmount(configuration.requestTimeout)
    }

    /// Sends a request and waits for the answer; must not be called on a thread of the cooperative pool.
    ///
    /// - Throws: where none came
    func send(_ request: RegistryRequest, to endpoint: RegistryEndpoint) throws -> RegistryResponse {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: RegistryResponse.self)
        let (security, sent) = (security, head(of: request, endpoint))
        let connected = ClientBootstrap(group: loop)
            .connectTimeout(connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if endpoint.isSecure, let security {
                        try channel.pipeline.syncOperations.addHandler(
                            RegistrySecurity.handler(security, host: endpoint.host))
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        RegistryAnswerHandler(sent, body: request.body, answer))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
        connected.whenFailure { answer.fail($0) }
        let timer = loop.scheduleTask(in: requestTimeout) { answer.fail(RegistryTimeout()) }
        defer {
            timer.cancel()
            connected.whenSuccess { $0.close(promise: nil) }
        }
        return try answer.futureResult.wait()
    }

    private func head(of request: RegistryRequest, _ endpoint: RegistryEndpoint) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", endpoint.hostHeader), ("Accept", "application/vnd.schemaregistry.v1+json, application/json"),
            ("User-Agent", "connect"), ("Connection", "close"),
        ])
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        if let body = request.body {
            headers.add(name: "Content-Type", value: "application/vnd.schemaregistry.v1+json")
            headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        }
        return HTTPRequestHead(
            version: .http1_1, method: request.method, uri: endpoint.prefix + request.path, headers: headers)
    }
}

/// No answer came in time.
struct RegistryTimeout: Error, CustomStringConvertible {
    var description: String { "no answer came in time" }
}

/// An answer is too large.
struct RegistryAnswerTooLarge: Error, CustomStringConvertible {
    var description: String { "an answer of more than 64 MiB came" }
}

/// Sends a request as soon as the connection stands, and collects the answer.
private final class RegistryAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let most = 64 << 20

    private let head: HTTPRequestHead
    private let body: String?
    private let answer: EventLoopPromise<RegistryResponse>
    private var status = 0
    private var bytes: [UInt8] = []
    private var failure: (any Error)?

    init(_ head: HTTPRequestHead, body: String?, _ answer: EventLoopPromise<RegistryResponse>) {
        self.head = head
        self.body = body
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let piece):
            bytes += piece.readableBytesView
            if bytes.count > Self.most { answer.fail(RegistryAnswerTooLarge()) }
        case .end: answer.succeed(RegistryResponse(status: status, body: Bytes(bytes)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Without effect where there is an answer.
        answer.fail(failure ?? ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? error
        answer.fail(error)
        context.close(promise: nil)
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(max(1, min(seconds, 1_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000))
    }
}
