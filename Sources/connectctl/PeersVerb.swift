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

        @Option(help: "The file with the members' shared secret.")
        var secretFile: String?

        @Option(help: "The file with a certificate of the members' trust roots, for TLS on both sides.")
        var certificate: String?

        @Option(help: "The file with the certificate's key.")
        var key: String?

        @Option(help: "The file with the members' trust roots.")
        var trustRoots: String?

        @Flag(help: "Speaks without protection to other machines, too.")
        var plain = false

        func validate() throws {
            let parts = [certificate, key, trustRoots].compactMap { $0 }.count
            if parts != 0, parts != 3 {
                throw ValidationError("--certificate, --key and --trust-roots belong together.")
            }
            if [parts > 0, secretFile != nil, plain].count(where: { $0 }) > 1 {
                throw ValidationError("Only one of --secret-file, --certificate and --plain can protect a connection.")
            }
        }

        /// The way to the member.
        func control() throws -> PeersControl { PeersControl(at: at, security: try security()) }

        private func security() throws -> PeerSecurity {
            if let secretFile {
                guard var secret = ToolOutput.read(secretFile) else {
                    throw ValidationError("The secret \(secretFile) cannot be read.")
                }
                while let last = secret.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
                    secret.removeLast()
                }
                return try .sharedSecret(Bytes(secret))
            }
            if let certificate, let key, let trustRoots {
                return .certificates(chain: certificate, key: key, trustRoots: trustRoots)
            }
            return plain ? .plain : .loopback
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
