public import ArgumentParser
import Connect
public import ConnectCatalog
import ConnectFiles
import ConnectWatch
import Logging

extension ToolLogHandler.Format: ExpressibleByArgument {}

/// The verb that runs a pipeline. A verb of yours that holds it as an option group has all its options, and can start
/// something beside the run.
public struct RunVerb: AsyncParsableCommand {
    /// What it is called, and what its help says.
    public static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a pipeline to its end, or until it is stopped.",
        discussion: """
            The first SIGINT or SIGTERM stops the source, lets what is under way drain and ends with status 0; a second \
            one ends at once with 130 or 143. SIGUSR1 prints how the run stands to standard error. SIGHUP ends the \
            process like a crash. With --state a restart goes on where the last run ended.

            Where standard error is a terminal, a line for each stage is drawn there again and again, but not with \
            --quiet, nor where the elements themselves go to a terminal. NO_COLOR is honoured.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Option(name: .customLong("for"), help: "Stops after this time, such as 10s; what is under way drains.")
    var duration: String?

    @Option(help: "Stops at this time of day, such as 2027-01-31T18:30:00Z; what is under way drains.")
    var until: String?

    @Option(
        help:
            "The least of the messages that are logged to standard error; by default as LOG_LEVEL says, else warning.",
        transform: { word in
            if let level = Logger.Level(rawValue: word) { return level }
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(word) is no level; there are \(levels).")
        })
    var logLevel: Logger.Level?

    @Option(help: "How messages are logged: as words on a line, or as JSON.")
    var logFormat: ToolLogHandler.Format = .text

    @Flag(name: .shortAndLong, help: "Logs nothing but errors, and draws nothing.")
    var quiet = false

    @OptionGroup var watching: WatchOptions

    @OptionGroup(title: "Instances that share the work") var peers: PeersWords

    /// A verb that was told nothing yet.
    public init() {}

    /// Whether nothing but errors is to be said.
    public var isQuiet: Bool { quiet }

    /// Looks whether the options go together.
    ///
    /// - Throws: `ValidationError` where they do not
    public func validate() throws {
        if quiet, logLevel != nil { throw ValidationError("--quiet and --log-level exclude each other.") }
    }

    /// Runs the pipeline and ends the process.
    ///
    /// - Throws: where it cannot be started
    public func run() async throws {
        try await run(defaults: [:]) {}
    }

    /// Runs the pipeline and ends the process, beside something that was started for it.
    ///
    /// - Parameters:
    ///   - defaults: what components are told where nobody says anything else, as `Catalog.defaults` has it;
    ///     these win over those of the catalog
    ///   - onEnd: called when the run has ended, before the process does
    /// - Throws: where it cannot be started
    public func run(
        defaults: [String: [String: ConfigurationValue]], onEnd: @escaping @Sendable () -> Void
    ) async throws {
        var catalog = ToolCatalog.current
        catalog.defaults.merge(defaults) { $0.merging($1) { $1 } }
        try await ToolCatalog.$current.withValue(catalog) { try await start(onEnd: onEnd) }
    }

    private func start(onEnd: @escaping @Sendable () -> Void) async throws {
        let request = try PipelineRequest(arguments)
        var options = RunOptions()
        try readTimes(&options)
        // Planned here already: what is wrong with it is said without secrets.
        let plan = try request.plan(peers)
        let pipeline = try request.pipeline()
        let format = logFormat
        options.logger = Logger(label: "connectctl") { ToolLogHandler(label: $0, format: format) }
        if let every = request.checkpointEvery { options.checkpointEvery = every }
        if let state = request.state { options.checkpoints = DirectoryCheckpointStore(FilePath(state)) }
        let asked = logLevel ?? ToolOutput.environment["LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) }
        var watcher = try await watching.start(request, plan, &options, isQuiet: quiet)
        watcher.onEnd = { [watched = watcher.onEnd] in
            watched()
            onEnd()
        }
        try await peers.main(pipeline, options, logLevel: quiet ? .error : asked ?? .warning, watcher: watcher)
    }

    private func readTimes(_ options: inout RunOptions) throws {
        if let duration { options.stopAfter = try RunVerb.duration(duration, option: "for") }
        if let until {
            guard let time = Instant.read(until) else {
                throw ConfigurationError(
                    ConfigurationProblem(
                        at: .commandLine("--until \(until)"), "\"\(until)\" is no time of day",
                        mend:
                            "Write date, time and distance from UTC: 2027-01-31T18:30:00Z or 2027-01-31T19:30:00+01:00."
                    ))
            }
            options.stopAt = time
        }
    }

    /// Reads what an option says of a duration.
    static func duration(_ text: String, option: String) throws -> Duration? {
        let origin = ConfigurationOrigin.commandLine("--\(option) \(text)")
        let values = try Configuration(
            [ConfigurationEntry(key: option, text: text, at: origin)],
            keys: [ConfigurationKey(option, .duration, "")], component: "run", at: origin)
        return values.duration(option)
    }
}
