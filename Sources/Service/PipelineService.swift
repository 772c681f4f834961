public import Connect
public import ServiceLifecycle
import Synchronization

/// Runs a pipeline as a service of a `ServiceGroup`.
///
/// A graceful shutdown stops the sources, drains what is under way and commits it; so does cancelling the task. Where a
/// shutdown is under way already, cancelling it (which a group does after its `maximumGracefulShutdownDuration`) ends
/// the run at once: what is not done is not committed and comes again after a restart.
///
/// A pipeline whose source ends makes ``run()`` return. That is success for the pipeline, but a `ServiceGroup` takes it
/// for a failure and throws `serviceFinishedUnexpectedly`, unless it is told what the end means:
///
/// - The program is to end with the pipeline: give the group ``configuration(whenFinished:whenFailed:)``, which sets
///   the `successTerminationBehavior` of its `ServiceGroupConfiguration.ServiceConfiguration` to
///   `.gracefullyShutdownGroup`.
/// - Other services are to go on: make the service with `atEnd: .waitForShutdown`.
/// - Several pipelines that end, and nothing else: `configuration(whenFinished: .ignore)` for each; the group returns
///   after the last. (A group takes it for a failure, even then, if one ends while another is being shut down.)
///
/// ```swift
/// let service = PipelineService(pipeline)
/// let group = ServiceGroup(
///     configuration: ServiceGroupConfiguration(
///         services: [service.configuration()], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
/// try await group.run()
/// ```
///
/// A group shuts its services down in the reverse of their order, one after the other: put a pipeline behind what it
/// needs.
public struct PipelineService: Service, CustomStringConvertible {
    /// What a service does when its pipeline has delivered everything.
    public enum EndBehavior: Sendable, Hashable {
        /// ``PipelineService/run()`` returns.
        case finish
        /// ``PipelineService/run()`` returns only when the group is shut down or the task is cancelled.
        case waitForShutdown
    }

    private let pipeline: Pipeline
    private let options: RunOptions
    private let endBehavior: EndBehavior
    private let onReport: @Sendable (RunReport) -> Void

    /// A service that runs a pipeline; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - pipeline: what to run
    ///   - options: how to run it; its `shutdownTimeout` bounds the drain, so let the group's
    ///     `maximumGracefulShutdownDuration` be longer, or nil
    ///   - endBehavior: what to do when the pipeline has delivered everything
    ///   - onReport: called once when everything was delivered and committed, with what the run did; not after a failure
    public init(
        _ pipeline: Pipeline, options: RunOptions = RunOptions(), atEnd endBehavior: EndBehavior = .finish,
        onReport: @escaping @Sendable (RunReport) -> Void = { _ in }
    ) {
        self.pipeline = pipeline
        self.options = options
        self.endBehavior = endBehavior
        self.onReport = onReport
    }

    /// `pipeline "name"`, which a group shows in its logs.
    public var description: String { "pipeline \"\(pipeline.name)\"" }

    /// Runs the pipeline until its source has ended, it has failed, or a shutdown or a cancellation was drained.
    ///
    /// - Throws: `PlanError` where the declaration has mistakes, before anything is opened; `PipelineError` where not
    ///   everything was delivered
    public func run() async throws {
        let run = try PipelineRun(pipeline, options)
        let isShuttingDown = SharedFlag()
        // The shutdown's handler stands outside: where both have happened before, it is called first.
        let report = try await withGracefulShutdownHandler {
            try await withTaskCancellationHandler {
                try await run.value()
            } onCancel: {
                if isShuttingDown.isRaised { run.abort() } else { run.stop() }
            }
        } onGracefulShutdown: {
            isShuttingDown.raise()
            run.stop()
        }
        onReport(report)
        // It throws where the task is cancelled, which ends the wait just as well.
        if endBehavior == .waitForShutdown { try? await gracefulShutdown() }
    }

    /// How a group is to treat the service.
    ///
    /// - Parameters:
    ///   - whenFinished: what the group does when the pipeline has delivered everything: `.gracefullyShutdownGroup`
    ///     ends the other services and the group's `run()` returns; `.ignore` lets the others go on; `.cancelGroup`
    ///     makes the group throw, right for a pipeline that never ends by itself
    ///   - whenFailed: what the group does when the pipeline has failed
    /// - Returns: an element of `ServiceGroupConfiguration.services`
    public func configuration(
        whenFinished: ServiceGroupConfiguration.ServiceConfiguration.TerminationBehavior = .gracefullyShutdownGroup,
        whenFailed: ServiceGroupConfiguration.ServiceConfiguration.TerminationBehavior = .cancelGroup
    ) -> ServiceGroupConfiguration.ServiceConfiguration {
        ServiceGroupConfiguration.ServiceConfiguration(
            service: self, successTerminationBehavior: whenFinished, failureTerminationBehavior: whenFailed,
            serviceName: description)
    }
}

/// A flag that handlers on different threads share; it is raised once.
private final class SharedFlag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
}
