import Connect
import NIOCore
import Synchronization

/// Asks etcd by its JSON gateway; several endpoints are tried in turn, the last one that answered first.
final class EtcdClient: Sendable {
    private let endpoints: [PeerAddress]
    private let timeout: Duration
    private let scheduler: any Scheduler
    private let preferred = Mutex(0)

    init(endpoints: [PeerAddress], timeout: Duration, scheduler: any Scheduler) {
        self.endpoints = endpoints
        self.timeout = timeout
        self.scheduler = scheduler
    }

    /// The endpoint that answered last.
    var endpoint: PeerAddress { endpoints[preferred.withLock { $0 }] }

    /// The next watch is to ask another endpoint.
    func leaveEndpoint() {
        preferred.withLock { $0 = ($0 + 1) % endpoints.count }
    }

    /// Makes a call and waits for its answer.
    ///
    /// - Parameters:
    ///   - path: the path behind `/v3/`
    ///   - body: the request
    /// - Returns: the answer; that of a stream is its first message
    /// - Throws: ``MembershipError`` with the code ``MembershipError/Code/unavailable``, where no endpoint answers in time,
    ///   or etcd refuses
    func call(_ path: String, _ body: [(String, StateTree)]) throws(MembershipError) -> StateTree {
        let first = preferred.withLock { $0 }
        var failures: [String] = []
        for offset in endpoints.indices {
            let place = (first + offset) % endpoints.count
            switch ask(endpoints[place], path, StateTree.members(body).json) {
            case .answered(let answer):
                preferred.withLock { $0 = place }
                return answer
            case .refused(let reason):
                throw MembershipError(.unavailable, "etcd at \(endpoints[place]) refuses \(path): \(reason)")
            case .failed(let reason): failures.append("\(endpoints[place]): \(reason)")
            }
        }
        throw MembershipError(.unavailable, "no endpoint of etcd answers (\(failures.joined(separator: "; ")))")
    }

    /// Opens a stream of messages from the endpoint that answered last.
    ///
    /// - Parameters:
    ///   - path: the path behind `/v3/`
    ///   - body: the request
    ///   - number: that of the request, in the parts of its answer
    ///   - mailbox: where the parts go
    /// - Returns: what ends it
    func stream(_ path: String, _ body: StateTree, number: Int, to mailbox: Mailbox<EtcdAnswer>) -> EtcdConnection {
        EtcdRequest(endpoint: endpoint, path: path, body: body.json).send(connectTimeout: amount) { part in
            let answer = EtcdAnswer(request: number, part: part)
            return mailbox.put(answer, isLast: answer.isLast)
        }
    }

    private enum Outcome {
        case answered(StateTree)
        /// It will say the same again, and another endpoint would as well.
        case refused(String)
        case failed(String)
    }

    private var amount: TimeAmount { .nanoseconds(Int64(clamping: timeout.wholeNanoseconds)) }

    private func ask(_ endpoint: PeerAddress, _ path: String, _ body: String) -> Outcome {
        let deadline = scheduler.now.advanced(by: timeout)
        let mailbox = Mailbox<EtcdAnswer.Part>(capacity: 1, scheduler: scheduler)
        let connection = EtcdRequest(endpoint: endpoint, path: path, body: body).send(connectTimeout: amount) { part in
            mailbox.put(part)
        }
        defer { connection.close() }
        guard let part = mailbox.next(until: deadline) else { return .failed("no answer within \(timeout)") }
        switch part {
        case .ended(let reason): return .failed(reason ?? "an answer without content")
        case .line(let line, let status):
            guard let answer = try? StateTextParser.parse(line) else { return .failed("an answer that is no JSON") }
            if status == 200, answer["error"] == nil { return .answered(answer) }
            let reason = EtcdClient.reason(answer) ?? "status \(status)"
            // 4xx is the request's fault, except where etcd is overloaded or lets its client wait.
            return (400..<500).contains(status) && status != 408 && status != 429 ? .refused(reason) : .failed(reason)
        }
    }

    /// What etcd says of a failure; calls and streams write it differently.
    static func reason(_ answer: StateTree) -> String? {
        answer["message"]?.text ?? answer["error"]?["message"]?.text ?? answer["error"]?.text
    }
}
