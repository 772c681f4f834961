import Connect
import ConnectTesting
import Synchronization

/// What happened in a run, in one order, as far as the judge needs it.
final class Timeline: Sendable {
    enum Event: Sendable {
        /// Outputs were confirmed, by their numbers.
        case confirmed(Range<Int>)
        /// Dead letters were confirmed, by their numbers.
        case buried(Range<Int>)
        case commit([Position])
        case ended([ElementEnd])
        case revoked(String, isDrained: Bool, given: Int)
    }

    private let log = Mutex<[Event]>([])

    var events: [Event] { log.withLock { $0 } }

    func add(_ event: Event) {
        log.withLock { $0.append(event) }
    }
}

/// Everything that a run left behind.
struct Trace: Sendable {
    var given: [SourceLog<Item>.Given]
    var outputs: [Item]
    var letters: [DeadLetter]
    var events: [Timeline.Event]
    var error: PipelineError?
    var sourceCloses: Int
    var sourceStarts: Int
    var sinkEvents: [SinkLog<Item>.Event]
}
