public import Connect

/// What every sink must do, as checks for the tests of its author.
///
/// ```swift
/// try SinkContract(elements: ContractSamples.bytes) {
///     let path = directory.newFile()
///     return SinkContract.Target(sink: FileSink(path)) { try lines(of: path) }
/// }.verify()
/// ```
///
/// The checks run whole pipelines on real threads, each with a new target.
public struct SinkContract<S: Sink> where S.Input: Hashable {
    /// A sink, and a look at what has arrived on its other side.
    public struct Target: Sendable {
        let sink: S
        let contents: @Sendable () throws -> [S.Input]

        /// A sink with its other side.
        ///
        /// - Parameters:
        ///   - sink: the sink
        ///   - contents: what a reader of the other side would see now, in order
        public init(sink: S, contents: @escaping @Sendable () throws -> [S.Input]) {
            self.sink = sink
            self.contents = contents
        }
    }

    /// How long runs may take, and what the sink promises beyond the contract.
    public struct Options: Sendable {
        /// Whether what is written comes out in the order of the writes.
        public var isOrdered = true
        /// How long a run may take.
        public var timeout = Duration.seconds(120)

        /// The usual.
        public init() {}
    }

    private let elements: [S.Input]
    private let make: @Sendable () throws -> Target
    private let options: Options

    /// A contract with a sink.
    ///
    /// - Parameters:
    ///   - elements: what is written, at least 4: also the smallest, largest and strangest that the sink takes
    ///   - options: how long runs may take
    ///   - make: makes a new, empty target; called for each check
    public init(elements: [S.Input], _ options: Options = Options(), make: @escaping @Sendable () throws -> Target) {
        self.elements = elements
        self.options = options
        self.make = make
    }

    /// Makes all checks.
    ///
    /// - Throws: a ``ContractViolation`` at the first that fails; what making a target throws
    public func verify() throws {
        try verifyEmpty()
        for count in [1, 2, elements.count] { try verifyAll(Array(elements.prefix(count))) }
        try verifyAll(repeated(3000))
        try verifyBatches()
        try verifyConfirmations()
        try verifyStop()
    }

    /// No element: the sink is opened and closed, and nothing arrives.
    private func verifyEmpty() throws {
        let run = run("an empty source leaves the target empty")
        let target = try make()
        try run.succeed(Pipeline("contract").root(ListSource([S.Input]())).to(target.sink))
        try run.requireEqual(try target.contents(), [], isOrdered: true)
    }

    /// All elements arrive, once.
    private func verifyAll(_ elements: [S.Input]) throws {
        let run = run("\(elements.count) elements arrive")
        let target = try make()
        try run.succeed(Pipeline("contract").root(ListSource(elements)).to(target.sink))
        try run.requireEqual(try target.contents(), elements, isOrdered: options.isOrdered)
    }

    /// Batches of any size, flushes at any time and many threads change nothing.
    private func verifyBatches() throws {
        let elements = repeated(60)
        for capacity in [1, 7] {
            let run = run("batches of \(capacity) and frequent flushes change nothing")
            let target = try make()
            var settings = RunOptions.quiet()
            settings.batchCapacity = capacity
            let pipeline = Pipeline("contract").root(ListSource(elements)).map { $0 }.par(2).to(target.sink)
                .trigger(each: 5).trigger(every: .milliseconds(1)).buffer(8)
            try run.succeed(pipeline, settings)
            try run.requireEqual(try target.contents(), elements, isOrdered: options.isOrdered)
        }
    }

    /// What is committed at the source has arrived: the sink has not confirmed it before.
    private func verifyConfirmations() throws {
        let run = run("what is confirmed has arrived")
        let elements = repeated(40)
        let target = try make()
        let early = Collected<String>()
        let isOrdered = options.isOrdered
        let commits = CommitLog { positions in
            let committed = Int(positions.map(\.offset).max() ?? 0)
            guard let found = try? target.contents() else { return early.add("the target cannot be read") }
            let isThere = isOrdered ? found.starts(with: elements.prefix(committed)) : found.count >= committed
            if !isThere { early.add("\(committed) elements are confirmed, \(found.count) can be seen") }
        }
        var settings = RunOptions.quiet()
        settings.checkpointEvery = .milliseconds(1)
        let steps = elements.map { ScriptedSource<S.Input>.Step.elements([$0]) }
        let script = steps.flatMap { [$0, .wait(.microseconds(500))] }
        try run.succeed(
            Pipeline("contract").root(ScriptedSource(script, commits: commits)).to(target.sink).trigger(each: 3),
            settings)
        if let first = early.values.first { throw ContractViolation(run.check, first) }
        let last = commits.position(in: "0")?.offset
        try run.require(
            last == Int64(elements.count),
            "\(elements.count) elements were to be confirmed in the end, not \(last ?? 0)")
    }

    /// A stop flushes and closes: everything that was read arrives.
    private func verifyStop() throws {
        let run = run("a stop lets everything arrive")
        let target = try make()
        let source = ScriptedSource<S.Input>(
            repeated(50).flatMap { [.elements([$0]), .wait(.milliseconds(1))] }, isBounded: false)
        try run.succeed(
            Pipeline("contract").root(source).to(target.sink).trigger(every: .milliseconds(2)),
            stopAfter: .milliseconds(10))
        try run.requireEqual(
            try target.contents(), source.log.given.map(\.element), isOrdered: options.isOrdered)
    }

    private func repeated(_ count: Int) -> [S.Input] {
        elements.isEmpty ? [] : (0..<count).map { elements[$0 % elements.count] }
    }

    private func run(_ check: String) -> SupervisedRun {
        SupervisedRun(check: check, timeout: options.timeout)
    }
}
