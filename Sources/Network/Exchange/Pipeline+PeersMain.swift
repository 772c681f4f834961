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
        await main(peers: peers, options, peersOptions, logLevel: Pipeline.wantedLogLevel ?? .warning)
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

    /// The same with messages from a level on, whatever the environment says, for a program that watches the run.
    package func main(
        peers: Peers?, _ options: RunOptions, _ peersOptions: PeersOptions, logLevel: Logger.Level,
        watcher: ProcessWatcher = ProcessWatcher()
    ) async -> Never {
        await main(options, logLevel: logLevel, watcher: watcher) {
            try PeersRun(self, peers: peers, $0, peersOptions)
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

extension Peers {
    /// Takes `--peers LIST` and `--self ADDRESS` out of the arguments of a program; ``PeersArguments`` also takes what
    /// protects the connections.
    ///
    /// - Parameter arguments: what a program was called with; what else there is stays
    /// - Returns: the list; nil where there is none
    /// - Throws: ``PeersError`` where the list, or the place in it, cannot be used
    public static func taken(from arguments: inout [String]) throws(PeersError) -> Peers? {
        try PeersArguments(takenFrom: &arguments).peers
    }

    fileprivate static func value(of option: String, in arguments: inout [String]) -> String? {
        guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
        defer { arguments.removeSubrange(index...(index + 1)) }
        return arguments[index + 1]
    }
}

extension FileMembership {
    /// Takes `--peers-file PATH` and `--self ADDRESS` out of the arguments of a program.
    ///
    /// - Parameter arguments: what a program was called with; what else there is stays, also `--self` without a file
    /// - Returns: the file that has the list, and which member this instance is; nil where no file is named
    /// - Throws: ``PeersError`` where the place is none
    public static func taken(
        from arguments: inout [String]
    ) throws(PeersError) -> (membership: FileMembership, place: Peers.Place)? {
        guard let path = Peers.value(of: "--peers-file", in: &arguments) else { return nil }
        let own = Peers.value(of: "--self", in: &arguments)
        let place = try own.map { text throws(PeersError) in try Peers.Place(text) } ?? .found
        return (FileMembership(path: path), place)
    }
}
