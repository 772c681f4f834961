import Connect
import Logging

extension Pipeline {
    /// Runs the pipeline on this thread to its end, silently.
    func runToEnd() throws {
        var options = RunOptions()
        options.logger.logLevel = .warning
        _ = try PipelineRun(self, options).wait()
    }
}
