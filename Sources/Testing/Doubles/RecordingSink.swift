public import Connect
import Synchronization

/// A sink that records what is done with it, and confirms, waits and fails as a test wants.
///
/// The sink and the pipelines it is given to share one ``log``; each run adds to it.
public struct RecordingSink<Input: Sendable>: Sink {
    /// When batches are confirmed by a sink whose confirmation is `.acknowledgement`.
    public enum Confirmations: Sendable {
        /// In `write`.
        case atOnce
        /// When the test calls ``RecordingSink/confirmNext(_:)``.
        case onCommand
        /// By a thread of its own, each after a random while, in the order of the writes.
        case later(upTo: Duration, seed: UInt64)
        /// By a thread of its own, each after a random while, in random order.
        case shuffled(upTo: Duration, seed: UInt64)
    }

    /// What goes wrong and how long things take; writes and flushes are counted from 0 in each run.
    public struct Behaviour: Sendable {
        /// The write that fails; nil none.
        public var failingWrite: Int?
        /// The flush that fails; nil none.
        public var failingFlush: Int?
        /// Whether it cannot be opened.
        public var failsToOpen = false
        /// Whether closing fails.
        public var failsToClose = false
        /// How long a write takes.
        public var writeTime = Duration.zero
        /// How long a flush takes.
        public var flushTime = Duration.zero

        /// Nothing goes wrong and nothing takes time.
        public init() {}
    }

    /// What was done with the sink in all runs.
    public let log: SinkLog<Input>
    /// What the plan is told.
    public let descriptor: SinkDescriptor
    private let confirmations: Confirmations
    private let behaviour: Behaviour

    /// A sink.
    ///
    /// - Parameters:
    ///   - confirmation: what confirms an element
    ///   - window: how many elements it may hold unflushed; nil any number
    ///   - mayBlock: whether it gets a thread of its own
    ///   - confirmations: for `.acknowledgement`, when batches are confirmed
    ///   - behaviour: what goes wrong and how long things take
    ///   - onEvent: told everything that is done, when it is; on any thread
    public init(
        confirmation: SinkDescriptor.Confirmation = .write, window: Int? = nil, mayBlock: Bool = false,
        confirmations: Confirmations = .atOnce, behaviour: Behaviour = Behaviour(),
        onEvent: @escaping @Sendable (SinkLog<Input>.Event) -> Void = { _ in }
    ) {
        log = SinkLog(onEvent: onEvent)
        descriptor = SinkDescriptor(
            kind: "RecordingSink", confirmation: confirmation, window: window, mayBlock: mayBlock)
        self.confirmations = confirmations
        self.behaviour = behaviour
    }

    /// The elements written, in order.
    public var elements: [Input] { log.elements }

    /// Confirms the oldest batches that wait, for `.onCommand`.
    ///
    /// - Parameter count: how many at most
    /// - Returns: how many there were
    @discardableResult
    public func confirmNext(_ count: Int = .max) -> Int {
        log.desk?.confirmNext(count) ?? 0
    }

    /// Makes a writer that adds to the log.
    public func makeWriter() -> RecordingWriter<Input> {
        RecordingWriter(
            confirmation: descriptor.confirmation, confirmations: confirmations, behaviour: behaviour, log: log)
    }
}
