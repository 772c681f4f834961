public import Connect
import Logging

extension RunOptions {
    /// Options for a run that is simulated: threads and time by the scheduler, and nothing logged.
    ///
    /// - Parameters:
    ///   - scheduler: by default one of real threads
    ///   - checkpoints: by default memory
    /// - Returns: options for `run` and `PipelineRun`
    public static func quiet(
        on scheduler: any Scheduler = SystemScheduler.shared, checkpoints: any CheckpointStore = MemoryCheckpointStore()
    ) -> RunOptions {
        RunOptions(
            checkpoints: checkpoints, logger: Logger(label: "connect", factory: { _ in SwiftLogNoOpLogHandler() }),
            scheduler: scheduler)
    }
}
