import ArgumentParser
import Connect
import ConnectFiles
import Logging

struct RunVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a pipeline to its end, or until it is stopped.",
        discussion: """
            The first SIGINT or SIGTERM stops the source, lets what is under way drain and ends with status 0; a second
            one ends at once. With --state a restart goes on where the last run ended.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Option(help: "Which messages are logged to standard error: trace, debug, info, notice, warning, error, critical.")
    var logLevel: String = "warning"

    @Option(name: .customLong("for"), help: "Stops after this time, such as 10s.")
    var duration: String?

    func run() async throws {
        let request = try PipelineRequest(arguments)
        let pipeline = try request.pipeline()
        var options = RunOptions()
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level \(logLevel) is no level; try info.")
        }
        options.logger.logLevel = level
        if let every = request.checkpointEvery { options.checkpointEvery = every }
        if let state = request.state { options.checkpoints = DirectoryCheckpointStore(FilePath(state)) }
        await pipeline.main(options)
    }
}
