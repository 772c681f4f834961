import ArgumentParser
import Connect
import Logging

#if Network
    import ConnectNetwork

    /// What the command line says of the instances that share a pipeline.
    struct PeersWords: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "All instances that share the work, the same list for each of them.",
                discussion: """
                    Each is started with the same pipeline. Stages with par= are shared where the sink is stdout; plan \
                    --peers shows how.
                    """, valueName: "host:port,host:port"))
        var peers: String?

        @Option(
            name: .customLong("self"),
            help: ArgumentHelp(
                "Which of --peers this instance is, or its number from 0, where it cannot find that out.",
                valueName: "host:port"))
        var own: String?

        @Option(help: ArgumentHelp("A file with the secret that all of --peers know.", valueName: "file"))
        var peersSecretFile: String?

        @Option(help: ArgumentHelp("This instance's certificate for --peers, as PEM.", valueName: "file"))
        var peersCertificate: String?

        @Option(help: ArgumentHelp("The private key of --peers-certificate, as PEM.", valueName: "file"))
        var peersKey: String?

        @Option(
            name: .customLong("peers-ca"),
            help: ArgumentHelp("The authorities that have signed the others' certificates, as PEM.", valueName: "file"))
        var peersAuthorities: String?

        /// Plans a pipeline for the instances, if there are any; nobody is called, and it does not matter which this one is.
        func plan(_ pipeline: Pipeline) throws -> Plan {
            let arguments = try read(own: own ?? "0")
            guard let peers = arguments.peers else { return try pipeline.plan() }
            return try pipeline.plan(peers: peers)
        }

        /// Runs a pipeline with the instances, if there are any, and ends the process.
        func main(
            _ pipeline: Pipeline, _ options: RunOptions, logLevel: Logger.Level, watcher: ProcessWatcher
        ) async throws -> Never {
            let arguments = try read(own: own)
            guard let peers = arguments.peers else {
                await pipeline.main(options, logLevel: logLevel, watcher: watcher)
            }
            await pipeline.main(
                peers: peers, options, arguments.options, logLevel: logLevel, watcher: watcher)
        }

        private func read(own: String?) throws -> PeersArguments {
            do throws(PeersError) {
                return try PeersArguments(
                    peers: peers, self: peers == nil ? self.own : own, secretFile: peersSecretFile,
                    certificate: peersCertificate, key: peersKey, trustRoots: peersAuthorities)
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }
#else
    /// Nothing: instances that share a pipeline need the package trait Network.
    struct PeersWords: ParsableArguments {
        func plan(_ pipeline: Pipeline) throws -> Plan { try pipeline.plan() }

        func main(
            _ pipeline: Pipeline, _ options: RunOptions, logLevel: Logger.Level, watcher: ProcessWatcher
        ) async throws -> Never {
            await pipeline.main(options, logLevel: logLevel, watcher: watcher)
        }
    }
#endif
