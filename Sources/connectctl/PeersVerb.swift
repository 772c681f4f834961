#if Network
    import ArgumentParser
    import Connect
    import ConnectNetwork
    import ConnectTool

    /// The members of a pipeline that several instances share: shown, and changed while it runs.
    struct PeersVerb: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "peers", abstract: "Shows and changes the members that share a pipeline while it runs.",
            subcommands: [Show.self, Change.self])

        /// Which member is asked, and by what it knows who may ask.
        struct Way: ParsableArguments {
            @Option(
                help: ArgumentHelp("The member that is asked; any of them.", valueName: "host:port"),
                transform: { try PeerAddress($0) })
            var at: PeerAddress

            @Option(help: ArgumentHelp("A file with the secret that all members know.", valueName: "file"))
            var peersSecretFile: String?

            @Option(help: ArgumentHelp("A certificate as the members have one, as PEM.", valueName: "file"))
            var peersCertificate: String?

            @Option(help: ArgumentHelp("The private key of --peers-certificate, as PEM.", valueName: "file"))
            var peersKey: String?

            @Option(
                name: .customLong("peers-ca"),
                help: ArgumentHelp("The authorities that signed the members' certificates, as PEM.", valueName: "file"))
            var peersAuthorities: String?

            @Flag(help: "Speaks without protection to other machines, too.")
            var plain = false

            /// The way to the member.
            func control() throws -> PeersControl {
                if plain, peersSecretFile != nil || peersCertificate != nil {
                    throw ValidationError("--plain excludes what would protect the connection.")
                }
                do throws(PeersError) {
                    let security = try PeersArguments.security(
                        secretFile: peersSecretFile, certificate: peersCertificate, key: peersKey,
                        trustRoots: peersAuthorities)
                    return PeersControl(at: at, security: plain ? .plain : security)
                } catch {
                    throw ValidationError("\(error)")
                }
            }

            /// Shows who the members are.
            func show(_ state: PeersState) {
                var lines = ["epoch \(state.epoch)"]
                for (place, member) in state.members.enumerated() {
                    lines.append("\(place) \(member.address) \(member.isUp ? "up" : "down")")
                }
                ToolOutput.show(lines.joined(separator: "\n"))
            }
        }

        struct Show: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list", abstract: "Shows the members, each with its place.",
                discussion: "A member is up where the one that is asked is connected to it.")

            @OptionGroup var way: Way

            func run() throws { way.show(try way.control().list()) }
        }

        struct Change: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "set", abstract: "Makes others the members, in this order, and waits until they are.",
                discussion: """
                    All that is under way comes to its end first; nothing is lost, and the order stays. Start new members with \
                    the new list before or after; whoever is taken from the list ends by itself.
                    """)

            @OptionGroup var way: Way

            @Option(help: "How many seconds the change may take.")
            var timeout = 60

            @Argument(help: "The members: HOST:PORT,HOST:PORT.")
            var list: String

            func run() throws {
                let members = try list.split(separator: ",").map { try PeerAddress($0.filter { $0 != " " }) }
                way.show(try way.control().set(members, within: .seconds(timeout)))
            }
        }
    }
#endif
