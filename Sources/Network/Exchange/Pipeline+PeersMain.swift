public import Connect
package import Logging

extension Pipeline {
    /// Runs the pipeline together with other instances as a whole program and ends the process, as `main(_:)` does alone.
    ///
    /// The first SIGINT or SIGTERM stops this instance: one that reads the source or merges ends the pipeline on all, unless
    /// it is to be waited for (``PeersOptions/whenHostIsLost``); one that only shares the work leaves it to the others.
    ///
    /// - Parameters:
    ///   - peers: all instances, and which this one is; nil, or a list with one member, is a process by itself
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    public func main(
        peers: Peers?, _ options: RunOptions = RunOptions(), _ peersOptions: PeersOptions = PeersOptions()
    ) async -> Never {
        await main(options, logLevel: Pipeline.wantedLogLevel ?? .warning) {
            try PeersRun(self, peers: peers, $0, peersOptions)
        }
    }

    /// Runs the pipeline together with other instances as a whole program, as ``main(peers:_:_:)`` does, whose list a
    /// membership gives and changes while it runs.
    ///
    /// - Parameters:
    ///   - membership: gives the list
    ///   - place: which member this instance is
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    public func main(
        membership: any Membership, self place: Peers.Place = .found, _ options: RunOptions = RunOptions(),
        _ peersOptions: PeersOptions = PeersOptions()
    ) async -> Never {
        await main(options, logLevel: Pipeline.wantedLogLevel ?? .warning) {
            try PeersRun(self, membership: membership, self: place, $0, peersOptions)
        }
    }

    /// The same, with instances as a command line names them, and with messages from a level on, whatever the environment
    /// says, for a program that watches the run.
    package func main(
        _ arguments: PeersArguments, _ options: RunOptions, logLevel: Logger.Level,
        watcher: ProcessWatcher = ProcessWatcher()
    ) async -> Never {
        await main(options, logLevel: logLevel, watcher: watcher) { options in
            guard let membership = arguments.membership else {
                return try PeersRun(self, peers: arguments.peers, options, arguments.options)
            }
            return try PeersRun(self, membership: membership, self: arguments.place, options, arguments.options)
        }
    }

    private func main(
        _ options: RunOptions, logLevel: Logger.Level, watcher: ProcessWatcher = ProcessWatcher(),
        _ start: (RunOptions) throws -> PeersRun
    ) async -> Never {
        var options = options
        options.logger.logLevel = logLevel
        await Pipeline.main(watcher) { [options] in
            let run = try start(options)
            if let look = run.look { watcher.onStart(look) }
            return ProcessWork(stop: run.stop, abort: run.abort) { _ = try await run.value() }
        }
    }
}
