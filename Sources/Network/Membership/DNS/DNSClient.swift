public import Connect
import NIOCore

/// Asks the servers of the domain name system, over UDP and where an answer does not fit over TCP.
///
/// Servers and search domains are those of `/etc/resolv.conf`, read anew at each look; `/etc/hosts` is not looked at. No
/// answer is kept for later.
public struct DNSClient: DNSResolver {
    private let server: PeerAddress?
    private let timeout: Duration
    private let scheduler: any Scheduler

    /// How often each server is asked: datagrams get lost.
    private static let attempts = 2

    /// A client.
    ///
    /// - Parameters:
    ///   - server: the only server that is asked, by its number; nil asks those of the system
    ///   - timeout: how long one answer is waited for
    ///   - scheduler: by whose clock
    public init(
        server: PeerAddress? = nil, timeout: Duration = .seconds(2), scheduler: any Scheduler = SystemScheduler.shared
    ) {
        self.server = server
        self.timeout = timeout
        self.scheduler = scheduler
    }

    /// Asks for SRV records.
    public func services(of name: String) throws(MembershipError) -> [(host: String, port: Int)] {
        try records(of: name, .service).compactMap { record in
            if case .service(let target, let port) = record { (target, port) } else { nil }
        }
    }

    /// Asks for A records, and where there are none for AAAA records.
    public func addresses(of name: String) throws(MembershipError) -> [String] {
        for kind in [DNSMessage.Kind.address4, .address6] {
            let found = try records(of: name, kind).compactMap { record -> String? in
                guard case .address(let bytes) = record else { return nil }
                return try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0).ipAddress
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    private func records(of name: String, _ kind: DNSMessage.Kind) throws(MembershipError) -> [DNSMessage.Record] {
        let settings = server.map { DNSSettings(server: $0) } ?? DNSSettings.system()
        for candidate in settings.candidates(for: name) {
            let records = try ask(settings.servers, candidate.lowercased(), kind)
            if !records.isEmpty { return records }
        }
        return []
    }

    private func ask(
        _ servers: [PeerAddress], _ name: String, _ kind: DNSMessage.Kind
    ) throws(MembershipError) -> [DNSMessage.Record] {
        var failures: [String] = []
        for _ in 0..<Self.attempts {
            for server in servers {
                switch try ask(server, name, kind) {
                case .found(let records): return records
                case .failed(let reason):
                    let failure = "\(server): \(reason)"
                    if !failures.contains(failure) { failures.append(failure) }
                }
            }
        }
        throw MembershipError(
            .unavailable, "no server answers what stands behind \(name) (\(failures.joined(separator: "; ")))")
    }

    private enum Outcome {
        case found([DNSMessage.Record])
        case failed(String)
    }

    private func ask(
        _ server: PeerAddress, _ name: String, _ kind: DNSMessage.Kind
    ) throws(MembershipError) -> Outcome {
        let identifier = UInt16.random(in: 0...UInt16.max)
        guard let query = DNSMessage.query(name, kind, identifier: identifier) else {
            throw MembershipError(
                .configuration,
                "\"\(name)\" is no name: parts of 1 to 63 bytes with dots between them, 253 bytes in all")
        }
        let isAnswer = { (message: DNSMessage) in
            message.identifier == identifier && message.name == name && message.kind == kind.rawValue
        }
        var answer = receive(isAnswer) { DNSExchange(server: server, query: query, take: $0).overDatagrams() }
        if case .success(let message) = answer, message.isTruncated {
            let amount = TimeAmount.nanoseconds(Int64(clamping: timeout.wholeNanoseconds))
            answer = receive(isAnswer) { take in
                DNSExchange(server: server, query: query, take: take).overStream(connectTimeout: amount)
            }
        }
        switch answer {
        case .failure(let failure): return .failed(failure.reason)
        case .success(let message):
            switch message.responseCode {
            case 0 where message.isTruncated: return .failed("an answer that does not fit")
            case 0: return .found(message.records)
            case 3: return .found([])
            case 2: return .failed("it has failed itself")
            case 5: return .failed("it refuses")
            default: return .failed("response code \(message.responseCode)")
            }
        }
    }

    private struct Failure: Error {
        let reason: String
    }

    /// Waits for the message that is the answer; others, which a stranger may send, are passed over.
    private func receive(
        _ isAnswer: (DNSMessage) -> Bool, _ send: (@escaping @Sendable (DNSExchange.Part) -> Bool) -> DNSConnection
    ) -> Result<DNSMessage, Failure> {
        let deadline = scheduler.now.advanced(by: timeout)
        let mailbox = Mailbox<DNSExchange.Part>(capacity: 64, scheduler: scheduler)
        let connection = send { mailbox.put($0) }
        defer { connection.close() }
        while let part = mailbox.next(until: deadline) {
            switch part {
            case .failed(let reason): return .failure(Failure(reason: reason))
            case .message(let bytes):
                if let message = try? DNSMessage(bytes), isAnswer(message) { return .success(message) }
            }
        }
        return .failure(Failure(reason: "no answer within \(timeout)"))
    }
}
