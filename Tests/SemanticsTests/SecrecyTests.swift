import Connect
import ConnectTesting
import Logging
import Testing

/// What is said of elements, and to whom.
@Suite struct SecrecyTests {
    struct Policy: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let policy: ErrorPolicy
    }

    static let policies = [
        Policy(testDescription: "fail", policy: .fail), Policy(testDescription: "skip", policy: .skip),
        Policy(testDescription: "retry", policy: .retry(max: 3, backoff: .seconds(1))),
        Policy(testDescription: "retry, then skip", policy: .retry(max: 3, backoff: .seconds(1), otherwise: .skip)),
        Policy(testDescription: "dead letter", policy: .deadLetter(NullSink<DeadLetter>())),
    ]

    // S-ERR-3
    @Test(
        "Whatever the policy and however much is logged, bytes of the payload are in no log and no error",
        arguments: policies)
    func keepsSecrets(_ policy: Policy) throws {
        let log = Shared<[String]>([])
        let secrets = ["password=1234", "token-abcdef", "iban-998877"]
        let result = Result {
            try simulate(options: {
                $0.stallTimeout = .seconds(1)
                $0.logger = Logger(label: "test") { _ in EverythingLogged(log: log) }
            }) { scheduler in
                Pipeline("secret").root(ListSource(secrets)).map { (text: String) -> Bytes in
                    scheduler.sleep(for: .seconds(5))
                    if text.hasPrefix("token") { throw Broken() }
                    return Bytes(text)
                }.onError(policy.policy).named("parse").buffer(1).fold(into: Bytes([])) { $0 = $1 }.trigger(each: 1)
                    .to(CollectSink())
            }
        }
        if case .failure(let error) = result { log.change { $0 += ["\(error)", String(reflecting: error)] } }
        #expect(log.value.contains { $0.contains("stalled:") }, "nothing was logged")
        for secret in secrets {
            #expect(log.value.filter { $0.contains(secret) } == [])
        }
    }
}

/// Keeps all that is logged.
private struct EverythingLogged: LogHandler {
    let log: Shared<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.change { $0.append("\(event.message) \(event.metadata ?? [:]) \(metadata)") }
    }
}
