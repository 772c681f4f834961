import Connect

/// What every stage can be told beside its own keys: its name, workers, bounds, triggers and what happens on an error.
struct StageModifiers: Sendable {
    private let configuration: Configuration
    private let deadLetters: DeadLetterTarget?

    /// Where the dead letters of a pipeline go.
    struct DeadLetterTarget: Sendable {
        let policy: ErrorPolicy
    }

    static let keys = [
        ConfigurationKey("name", .text, "The name of the stage in errors, metrics and checkpoints."),
        ConfigurationKey("par", .integer(1...4096), "How many workers run the stage."),
        ConfigurationKey(
            "order", .choice(["total", "unordered"]), "What order the outputs of several workers keep."),
        ConfigurationKey(
            "buffer", .integer(1...Int.max), "How many elements may wait before the stage, which gets its own thread."),
        ConfigurationKey("limit", .integer(1...Int.max), "How many elements may leave the stage; then the run ends."),
        ConfigurationKey("throttle", .text, "How many elements may leave the stage in a time: 1000/1s."),
        ConfigurationKey(
            "trigger", .text, "When a fold emits, or a sink flushes: 1000 (elements), 1s (time) or 1MiB (bytes)."),
        ConfigurationKey(
            "onError", .text,
            "What happens where the stage fails at an element: fail, skip, dead-letter, or retry:TIMES:PAUSE before it."
        ),
    ]

    static let names = Set(keys.map(\.name))

    /// How many workers run the stage.
    var workers: Int { configuration.integer("par") ?? 1 }

    private let throttle: Throttle?
    private let trigger: Trigger?
    private let policy: ErrorPolicy?

    private enum Trigger: Sendable {
        case each(Int)
        case every(Duration)
        case bytes(Int)
    }

    /// Checks what a stage was told.
    ///
    /// - Throws: ``ConfigurationError`` with all mistakes
    init(
        _ entries: [ConfigurationEntry], component: String, deadLetters: DeadLetterTarget?,
        at origin: ConfigurationOrigin
    ) throws(ConfigurationError) {
        let configuration = try Configuration(
            entries, keys: StageModifiers.keys, component: component, at: origin)
        self.configuration = configuration
        self.deadLetters = deadLetters
        throttle = try Throttle(configuration, key: "throttle")
        trigger = try StageModifiers.trigger(configuration)
        policy = try StageModifiers.policy(configuration, deadLetters)
    }

    /// Modifies the last stage of a chain.
    func apply<Element>(to definition: Def<Element>, _ retry: Chain.Retry?) -> Def<Element> {
        var result = definition
        if let name = configuration.text("name") { result = result.named(name) }
        if let workers = configuration.integer("par") {
            result =
                configuration.text("order") == "unordered"
                ? result.par(workers, order: .unordered) : result.par(workers)
        }
        if let count = configuration.integer("buffer") { result = result.buffer(count) }
        if let count = configuration.integer("limit") { result = result.limit(count) }
        if let throttle { result = result.throttle(throttle.count, per: throttle.period) }
        switch trigger {
        case .each(let count): result = result.trigger(each: count)
        case .every(let period): result = result.trigger(every: period)
        case .bytes(let count): result = result.trigger(bytes: count)
        case nil: break
        }
        let triesAgain = configuration.text("onError")?.hasPrefix("retry") ?? false
        if let retry, !triesAgain {
            result = result.onError(.retry(max: retry.count, backoff: retry.backoff, otherwise: policy ?? .fail))
        } else if let policy {
            result = result.onError(policy)
        }
        return result
    }

    /// Modifies the sink of a pipeline.
    func apply(to pipeline: Pipeline) -> Pipeline {
        var result = pipeline
        if let name = configuration.text("name") { result = result.named(name) }
        if let count = configuration.integer("buffer") { result = result.buffer(count) }
        if let count = configuration.integer("limit") { result = result.limit(count) }
        switch trigger {
        case .each(let count): result = result.trigger(each: count)
        case .every(let period): result = result.trigger(every: period)
        case .bytes(let count): result = result.trigger(bytes: count)
        case nil: break
        }
        return result
    }

    private static func trigger(_ configuration: Configuration) throws(ConfigurationError) -> Trigger? {
        guard let text = configuration.text("trigger") else { return nil }
        if let count = Int(text), count > 0 { return .each(count) }
        if let period = UnitText.duration(text), period > .zero { return .every(period) }
        if let count = UnitText.bytes(text), count > 0 { return .bytes(count) }
        throw configuration.problem(
            "trigger", "\"\(text)\" is no trigger",
            mend: "Write a number of elements (1000), a time (1s) or a number of bytes (1MiB).")
    }

    private static func policy(
        _ configuration: Configuration, _ deadLetters: DeadLetterTarget?
    ) throws(ConfigurationError) -> ErrorPolicy? {
        guard let text = configuration.text("onError") else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts[0] == "retry" {
            guard parts.count == 3 || parts.count == 4, let times = Int(parts[1]), times > 0,
                let pause = UnitText.duration(parts[2])
            else {
                throw configuration.problem(
                    "onError", "\"\(text)\" does not say how to try again",
                    mend: "Write how often and after what pause, and maybe what comes then: retry:3:100ms:skip.")
            }
            let last = try outcome(parts.count == 4 ? parts[3] : "fail", configuration, deadLetters)
            return .retry(max: times, backoff: pause, otherwise: last)
        }
        return try outcome(text, configuration, deadLetters)
    }

    private static func outcome(
        _ word: String, _ configuration: Configuration, _ deadLetters: DeadLetterTarget?
    ) throws(ConfigurationError) -> ErrorPolicy {
        switch word {
        case "fail": return .fail
        case "skip": return .skip
        case "dead-letter":
            if let deadLetters { return deadLetters.policy }
            throw configuration.problem(
                "onError", "the pipeline has no place for dead letters",
                mend: "Say where they go: dead-letter in the settings of a document, or --dead-letter FILE.")
        default:
            throw configuration.problem(
                "onError", "\"\(word)\" is nothing that can happen on an error",
                mend: "Write fail, skip, dead-letter or retry:TIMES:PAUSE.")
        }
    }
}

/// How many elements may pass in what time.
struct Throttle: Sendable {
    let count: Int
    let period: Duration

    /// Reads `1000/1s`; nil where the key was not given.
    init?(_ configuration: Configuration, key: String) throws(ConfigurationError) {
        guard let text = configuration.text(key) else { return nil }
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let count = Int(parts[0]), count > 0, let period = UnitText.duration(parts[1]),
            period > .zero
        else {
            throw configuration.problem(
                key, "\"\(text)\" is no rate", mend: "Write how many elements in what time: 1000/1s.")
        }
        self.count = count
        self.period = period
    }
}
