public import Connect
package import Logging

extension Pipeline {
    /// Runs the pipeline together with other instances as a whole program and ends the process, as `main(_:)` does alone.
    ///
    /// The first SIGINT or SIGTERM stops this instance: one that reads the source or merges ends the pipeline on all, one
    /// that only shares the work leaves it to the others.
    ///
    /// - Parameters:
    ///   - peers: all instances, and which this one is; nil, or a list with one member, is a process by itself
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    public func main(
        peers: Peers?, _ options: RunOptions = RunOptions(), _ peersOptions: PeersOptions = PeersOptions()
    ) async -> Never {
        await main(peers: peers, options, peersOptions, logLevel: Pipeline.wantedLogLevel ?? .warning)
    }

    /// The same with messages from a level on, whatever the environment says, for a program that watches the run.
    package func main(
        peers: Peers?, _ options: RunOptions, _ peersOptions: PeersOptions, logLevel: Logger.Level,
        watcher: ProcessWatcher = ProcessWatcher()
    ) async -> Never {
        var options = options
        options.logger.logLevel = logLevel
        await Pipeline.main(watcher) { [options] in
            let run = try PeersRun(self, peers: peers, options, peersOptions)
            if let look = run.look { watcher.onStart(look) }
            return ProcessWork(stop: run.stop, abort: run.abort) { _ = try await run.value() }
        }
    }
}
