import Connect
import ConnectService
import Logging
import ServiceLifecycle
import Testing
import UnixSignals

/// The code of the article ExitStatusesAndSignals.
@Suite("Exit statuses and signals")
struct ProgramTests {
    /// Compiled only: it ends the process.
    func program(_ pipeline: Pipeline) async {
        await pipeline.main(RunOptions(shutdownTimeout: .seconds(10)))
    }

    @Test("A group ends with its pipeline", .timeLimit(.minutes(15)))
    func service() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let sink = CollectSink<Int>()
        let pipeline = Pipeline("bounded").root(ListSource(1...3)).to(sink)
        try await run(pipeline, logger)
        #expect(sink.elements == [1, 2, 3])
    }

    /// Without the signals: a test must not catch those of its process.
    private func run(_ pipeline: Pipeline, _ logger: Logger) async throws {
        let service = PipelineService(pipeline)
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [service.configuration()], logger: logger)
        ).run()
    }

    /// Compiled only: it catches signals.
    func group(_ pipeline: Pipeline, _ logger: Logger) async throws {
        let service = PipelineService(pipeline)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [service.configuration()], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
