import Connect
import Logging
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("What is logged of refusals")
struct RefusalLogTests {
    /// Keeps the messages.
    private struct Keeper: LogHandler {
        let lines: Guarded<[String]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.withLock { $0.append("\(event.message)") } }
    }

    // S-NET-1
    @Test("A member that is wrong for ever is told of once, again when it has changed, and again after it was right")
    func members() {
        let lines = Guarded<[String]>([], scheduler: SystemScheduler.shared)
        var log = RefusalLog(Logger(label: "test") { _ in Keeper(lines: lines) })
        for sentence in ["a", "a", "a", "b", "b", "a"] {
            log.refused(Refusal(reason: .planDiffers, sentence: sentence), at: 1)
        }
        log.refused(Refusal(reason: .planDiffers, sentence: "a"), at: 2)
        log.recovered(1)
        log.refused(Refusal(reason: .planDiffers, sentence: "a"), at: 1)
        #expect(lines.withLock { $0 } == ["a", "b", "a", "a", "a"])
    }

    // S-NET-1
    @Test("Strangers are told of when the first came, the tenth, the hundredth, and so on, for each reason")
    func strangers() {
        let lines = Guarded<[String]>([], scheduler: SystemScheduler.shared)
        var log = RefusalLog(Logger(label: "test") { _ in Keeper(lines: lines) })
        for number in 1...1000 { log.refused(Refusal(reason: .notAPeer, sentence: "\(number)"), at: nil) }
        log.refused(Refusal(reason: .version, sentence: "v"), at: nil)
        let numbers = ["1", "10", "100", "1000", "v"]
        #expect(lines.withLock { $0 } == numbers.map { "a connection was refused: \($0)" })
    }
}
