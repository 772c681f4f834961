/// Something that does the work of a row: ours, or the limit beside it.
struct Contender: Sendable {
    /// How it is done.
    enum Kind: Sendable {
        /// A part of this program, known by its name; it measures itself, without the start of the process.
        case program(String)
        /// A part of this program that is measured from outside, start and end included, as a command is.
        case wholeProgram(String)
        /// A command of the system.
        case command([String], input: String?)
    }

    let kind: Kind
    let elements: Int
    var output = ChildProcess.Output.null

    /// Runs it once, in a process of its own.
    func run() throws -> Measurement {
        switch kind {
        case .program(let name):
            return try report(of: ChildProcess.run(arguments(name), output: output), name)
        case .wholeProgram(let name):
            let outcome = try ChildProcess.run(arguments(name), output: output)
            var measurement = try report(of: outcome, name)
            measurement.wall = outcome.wall
            measurement.processor = outcome.processor
            return measurement
        case .command(let words, let input):
            let outcome = try ChildProcess.run(words, input: input, output: output)
            return Measurement(elements: elements, wall: outcome.wall, processor: outcome.processor)
        }
    }

    private func arguments(_ name: String) -> [String] {
        [CommandLine.arguments[0], "--measure", name, "\(elements)"]
    }

    private func report(of outcome: ChildProcess.Outcome, _ name: String) throws -> Measurement {
        guard let measurement = Measurement(line: outcome.report) else {
            throw BenchmarkError("\(name) reported nothing")
        }
        return measurement
    }

    /// Runs contenders in turn, so that what disturbs the machine disturbs all of them; the best of each.
    static func compare(_ contenders: [Contender], repetitions: Int) throws -> [Measurement] {
        try runs(contenders, repetitions: repetitions).map(Measurement.best)
    }

    /// Runs contenders in turn.
    ///
    /// - Returns: the runs of each, in their order
    static func runs(_ contenders: [Contender], repetitions: Int) throws -> [[Measurement]] {
        var runs: [[Measurement]] = contenders.map { _ in [] }
        for _ in 0..<max(1, repetitions) {
            for (place, contender) in contenders.enumerated() { runs[place].append(try contender.run()) }
        }
        return runs
    }
}
