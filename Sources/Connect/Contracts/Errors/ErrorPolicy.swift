/// What a stage does where user code or a coder throws at an element.
public struct ErrorPolicy: Sendable {
    /// What happens in the end.
    @usableFromInline
    enum Outcome: Sendable {
        case fail
        case skip
        case deadLetter(DeadLetterSink)
    }

    @usableFromInline var outcome: Outcome
    @usableFromInline var attempts: Int
    @usableFromInline var backoff: Duration
    /// How many `retry` stand in each other: only one counts, so the plan refuses more.
    let retries: Int

    init(outcome: Outcome, attempts: Int = 0, backoff: Duration = .zero, retries: Int = 0) {
        self.outcome = outcome
        self.attempts = attempts
        self.backoff = backoff
        self.retries = retries
    }

    /// Stop the pipeline: everything before the element is delivered and committed, nothing after it. The default.
    public static var fail: ErrorPolicy { ErrorPolicy(outcome: .fail) }

    /// Leave the element out; it is counted and acknowledged as invalid.
    public static var skip: ErrorPolicy { ErrorPolicy(outcome: .skip) }

    /// Write the element to another sink, with the stage, its position and the error; it is acknowledged when that
    /// sink has confirmed it.
    ///
    /// - Parameter sink: takes ``DeadLetter`` elements
    /// - Returns: a policy for `onError`
    public static func deadLetter<S: Sink>(_ sink: S) -> ErrorPolicy where S.Input == DeadLetter {
        ErrorPolicy(outcome: .deadLetter(DeadLetterSink(sink)))
    }

    /// Try again, and where it still fails do something else.
    ///
    /// - Parameters:
    ///   - max: how often to try again, at least 1
    ///   - backoff: how long to wait before the first repetition; doubled for each further one, at most one minute
    ///   - last: what to do when the last try failed
    /// - Returns: a policy for `onError`
    public static func retry(max: Int, backoff: Duration, otherwise last: ErrorPolicy = .fail) -> ErrorPolicy {
        ErrorPolicy(outcome: last.outcome, attempts: max, backoff: backoff, retries: last.retries + 1)
    }

    /// How the plan shows the policy.
    public var description: String {
        retries > 0 ? "retry(max: \(attempts)), \(end)" : end
    }

    /// What happens in the end, as the plan shows it.
    var end: String {
        switch outcome {
        case .fail: "fail"
        case .skip: "skip"
        case .deadLetter(let sink): "deadLetter(\(sink.kind))"
        }
    }
}

/// An element that a stage could not process.
public struct DeadLetter: Sendable, Hashable {
    /// The pipeline's name.
    public var pipeline: String
    /// The stage's name.
    public var stage: String
    /// Where the element stands in its source; nil where that is not known.
    public var position: Position?
    /// The text of the error.
    public var error: String
    /// The type of the error, by its name; empty where it is not known.
    public var errorType: String
    /// How often it was tried.
    public var attempts: Int
    /// The bytes that the stage was given: those of `Bytes`, of a chunk, of a string or of a message's value; nil for
    /// elements of other types, which have none.
    public var bytes: Bytes?
    /// The message that the stage was given, where it was one.
    public var message: KeyValue?

    /// An element that a stage could not process.
    public init(
        pipeline: String, stage: String, position: Position?, error: String, errorType: String = "", attempts: Int,
        bytes: Bytes?, message: KeyValue?
    ) {
        self.pipeline = pipeline
        self.stage = stage
        self.position = position
        self.error = error
        self.errorType = errorType
        self.attempts = attempts
        self.bytes = bytes
        self.message = message
    }
}

/// A sink for dead letters whose type is forgotten; the runtime gives it a segment of its own.
@usableFromInline
struct DeadLetterSink: Sendable {
    let kind: String
    let makeWriter: @Sendable () throws -> any SinkWriter<DeadLetter>
    let descriptor: SinkDescriptor

    init<S: Sink>(_ sink: S) where S.Input == DeadLetter {
        descriptor = sink.descriptor
        kind = sink.descriptor.kind
        makeWriter = { try sink.makeWriter() }
    }
}
