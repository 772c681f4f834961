public import Connect

/// What every source must do, as checks for the tests of its author.
///
/// ```swift
/// try SourceContract(of: { count in
///     let file = try directory.write(lines(count))
///     return (LineSource(file), lines(count))
/// }).verify()
/// ```
///
/// The checks run whole pipelines on real threads. A source that never ends is stopped when all its elements have come.
public struct SourceContract<S: Source> where S.Element: Hashable {
    /// Which sizes are tried, and what the source promises beyond the contract.
    public struct Options: Sendable {
        /// How many elements the source is to have, in turn.
        public var counts = [0, 1, 2, 1023, 5000]
        /// Whether its elements come in one order; false where it reads several partitions at once.
        public var isOrdered = true
        /// How long a run may take.
        public var timeout = Duration.seconds(120)

        /// The usual.
        public init() {}
    }

    private let make: @Sendable (Int) throws -> (source: S, elements: [S.Element])
    private let options: Options

    /// A contract with a source.
    ///
    /// - Parameters:
    ///   - make: makes a source that has so many elements, and says which; called for each check, each time with
    ///     something new to read; the source is read several times to check restarts
    ///   - options: which sizes are tried
    public init(
        of make: @escaping @Sendable (Int) throws -> (source: S, elements: [S.Element]), _ options: Options = Options()
    ) {
        self.make = make
        self.options = options
    }

    /// Makes all checks.
    ///
    /// - Throws: a ``ContractViolation`` at the first that fails; what making a source throws
    public func verify() throws {
        for count in options.counts { try verifyAll(count) }
        let largest = options.counts.max() ?? 0
        guard largest >= 4 else { return }
        try verifyBatches(min(largest, 200))
        try verifySlowSink(min(largest, 50))
        try verifyStop(largest)
        if try make(0).source.descriptor.resumption == .none { return }
        try verifyRestarts(min(largest, 1023))
        try verifyFailure(min(largest, 200))
    }

    /// All elements come, once; and a restart at the end brings none again.
    private func verifyAll(_ count: Int) throws {
        let run = SupervisedRun(check: "a source of \(count) elements gives them all", timeout: options.timeout)
        let (source, elements) = try make(count)
        let store = MemoryCheckpointStore()
        try run.requireEqual(try read(source, run, store, expecting: count), elements, isOrdered: options.isOrdered)
        guard source.descriptor.resumption != .none, source.descriptor.isBounded else { return }
        let again = try read(source, run, store, expecting: 0)
        try run.require(again.isEmpty, "\(again.count) elements came again after a restart at the end")
    }

    /// What is asked for at a time changes nothing.
    private func verifyBatches(_ count: Int) throws {
        for capacity in [1, 3] {
            let run = SupervisedRun(check: "batches of \(capacity) change nothing", timeout: options.timeout)
            let (source, elements) = try make(count)
            let found = try read(source, run, MemoryCheckpointStore(), expecting: count, batchCapacity: capacity)
            try run.requireEqual(found, elements, isOrdered: options.isOrdered)
        }
    }

    /// A sink that is slower than the source loses nothing.
    private func verifySlowSink(_ count: Int) throws {
        let run = SupervisedRun(check: "a slow sink changes nothing", timeout: options.timeout)
        let (source, elements) = try make(count)
        var behaviour = RecordingSink<S.Element>.Behaviour()
        behaviour.writeTime = .microseconds(200)
        let sink = RecordingSink<S.Element>(window: 4, mayBlock: true, behaviour: behaviour)
        try run.succeed(pipeline(source, count).to(sink).buffer(4), .quiet())
        try run.requireEqual(sink.elements, elements, isOrdered: options.isOrdered)
    }

    /// A stop ends the run soon, whatever the source waits for, and what was read is committed: a restart goes on there.
    private func verifyStop(_ count: Int) throws {
        let run = SupervisedRun(check: "a stop ends a run", timeout: options.timeout)
        let (source, _) = try make(count)
        for delay in [Duration.zero, .milliseconds(20)] {
            try run.succeed(
                Pipeline("contract").root(source).to(RecordingSink<S.Element>()), .quiet(), stopAfter: delay)
        }
    }

    /// A run that goes on where the last one has ended gives the rest, without a gap or a repetition.
    private func verifyRestarts(_ count: Int) throws {
        let run = SupervisedRun(check: "a restart goes on behind the last commit", timeout: options.timeout)
        let (source, elements) = try make(count)
        let store = MemoryCheckpointStore()
        var found: [S.Element] = []
        for part in [1, count / 3, count / 3] {
            let sink = RecordingSink<S.Element>()
            var settings = RunOptions.quiet(checkpoints: store)
            settings.checkpointEvery = .milliseconds(1)
            try run.succeed(Pipeline("contract").root(source).limit(max(1, part)).to(sink), settings)
            found += sink.elements
        }
        found += try read(source, run, store, expecting: count - found.count)
        try run.requireEqual(found, elements, isOrdered: options.isOrdered)
    }

    /// What was not delivered when a run failed comes again.
    private func verifyFailure(_ count: Int) throws {
        let run = SupervisedRun(check: "what a failed run has not delivered comes again", timeout: options.timeout)
        let (source, elements) = try make(count)
        let store = MemoryCheckpointStore()
        var behaviour = RecordingSink<S.Element>.Behaviour()
        behaviour.failingFlush = 2
        let failing = RecordingSink<S.Element>(confirmation: .flush, behaviour: behaviour)
        let error = try run.run(
            pipeline(source, count).to(failing).trigger(each: max(1, count / 8)), .quiet(checkpoints: store))
        try run.require(error?.code == .sinkFailed, "the sink's failure was to end the run, not: \(error as Any)")
        let confirmed = zip(failing.elements, failing.log.confirmed).filter(\.1).map(\.0)
        let rest = try read(source, run, store, expecting: count - confirmed.count)
        // At-least-once: nothing is missing, and nothing comes again that was committed.
        try run.require(
            Set(confirmed).union(rest) == Set(elements),
            "\(Set(elements).subtracting(confirmed).subtracting(rest).count) elements are lost")
    }

    private func pipeline(_ source: S, _ count: Int) -> Def<S.Element> {
        let chain = Pipeline("contract").root(source)
        return source.descriptor.isBounded || count == 0 ? chain : chain.limit(count)
    }

    /// Reads a source to its end, or until so many elements have come of one that never ends.
    private func read(
        _ source: S, _ run: SupervisedRun, _ store: MemoryCheckpointStore, expecting count: Int,
        batchCapacity: Int = 1024
    ) throws -> [S.Element] {
        let sink = RecordingSink<S.Element>()
        var settings = RunOptions.quiet(checkpoints: store)
        settings.batchCapacity = batchCapacity
        let mustStop = !source.descriptor.isBounded && count == 0
        try run.succeed(
            pipeline(source, count).to(sink), settings, stopAfter: mustStop ? .milliseconds(50) : nil)
        return sink.elements
    }
}
