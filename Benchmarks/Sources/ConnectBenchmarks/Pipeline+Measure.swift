import Connect
import Logging

extension Pipeline {
    /// Runs the pipeline on this thread to its end, silently.
    func measure(acknowledgements: Bool = true) throws {
        var options = RunOptions()
        options.acknowledgements = acknowledgements
        options.logger.logLevel = .warning
        _ = try PipelineRun(self, options).wait()
    }
}
