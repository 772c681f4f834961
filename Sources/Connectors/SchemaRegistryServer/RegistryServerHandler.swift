import Connect
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection.
final class RegistryServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let mostBytes = 4 << 20

    private let gate: RegistryGate
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ gate: RegistryGate) {
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let piece):
            guard let head else { return }
            body += piece.readableBytesView
            guard body.count > Self.mostBytes else { return }
            self.head = nil
            answer(
                RegistryAnswer(RegistryRefusal(413, "a request may have \(Self.mostBytes) bytes")), to: head, context,
                closes: true)
        case .end:
            guard let head else { return }
            self.head = nil
            var question = RegistryQuestion(
                method: head.method.rawValue, target: head.uri, contentType: head.headers.first(name: "content-type"),
                authorization: head.headers.first(name: "authorization"), host: head.headers.first(name: "host"))
            question.body = Bytes(body)
            body = []
            answer(gate.answer(question), to: head, context, closes: !head.isKeepAlive)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(
        _ answer: RegistryAnswer, to head: HTTPRequestHead, _ context: ChannelHandlerContext, closes: Bool
    ) {
        var headers = HTTPHeaders([
            ("Content-Type", "application/vnd.schemaregistry.v1+json"),
            ("Content-Length", "\(answer.body.utf8.count)"),
        ])
        if answer.status == 401 { headers.add(name: "WWW-Authenticate", value: "Basic realm=\"schema registry\"") }
        if closes { headers.add(name: "Connection", value: "close") }
        let response = HTTPResponseHead(
            version: head.version, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
        }
        let loop = NIOLoopBound(context, eventLoop: context.eventLoop)
        let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if closes { sent.whenComplete { _ in loop.value.close(promise: nil) } }
    }
}
