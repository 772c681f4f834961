public import Connect
import Logging

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
        var options = options
        options.logger.logLevel = Pipeline.wantedLogLevel ?? .warning
        await Pipeline.main { [options] in
            let run = try PeersRun(self, peers: peers, options, peersOptions)
            return ProcessWork(stop: run.stop, abort: run.abort) { _ = try await run.value() }
        }
    }
}

extension Peers {
    /// Takes `--peers LIST` and `--self ADDRESS` out of the arguments of a program.
    ///
    /// - Parameter arguments: what a program was called with; what else there is stays
    /// - Returns: the list; nil where there is none
    /// - Throws: ``PeersError`` where the list, or the place in it, cannot be used
    public static func taken(from arguments: inout [String]) throws(PeersError) -> Peers? {
        let own = value(of: "--self", in: &arguments)
        guard let list = value(of: "--peers", in: &arguments) else { return nil }
        return try Peers(list, self: own.map { text throws(PeersError) in try Place(text) } ?? .found)
    }

    private static func value(of option: String, in arguments: inout [String]) -> String? {
        guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
        defer { arguments.removeSubrange(index...(index + 1)) }
        return arguments[index + 1]
    }
}
