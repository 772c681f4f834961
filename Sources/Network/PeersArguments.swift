public import Connect

/// What the command line of a program says of the instances that it works with.
///
/// ```swift
/// var arguments = Array(CommandLine.arguments.dropFirst())
/// let peers = PeersArguments.taken(from: &arguments, usage: "shout FILE…")
/// await pipeline.main(peers)
/// ```
///
/// | option | |
/// |---|---|
/// | `--peers HOST:PORT,HOST:PORT,…` | all instances, the same list for each |
/// | `--self HOST:PORT`, or the number from 0 | which one this is, where it cannot find that out |
/// | `--peers-secret-file FILE` | a file with the secret that all know; blanks and line breaks around it do not count |
/// | `--peers-certificate FILE` | this instance's certificate and those up to the root, as PEM |
/// | `--peers-key FILE` | its private key, as PEM |
/// | `--peers-ca FILE` | the certificates of the authorities that the others' are signed by, as PEM |
///
/// Nothing of it is a process by itself.
public struct PeersArguments: Sendable {
    /// All instances, and which this one is; nil where there are none.
    public var peers: Peers?
    /// How the instances speak to each other.
    public var options: PeersOptions

    /// How the options are written in a usage line.
    public static let usage =
        "[--peers LIST [--self ADDRESS] [--peers-secret-file FILE | --peers-certificate FILE --peers-key FILE --peers-ca FILE]]"

    /// Puts together what was said.
    ///
    /// - Parameters:
    ///   - list: all instances
    ///   - own: which one this is; nil finds it by the machine's addresses
    ///   - secretFile: the path of a file with the secret
    ///   - certificate: the path of a file with a certificate chain
    ///   - key: the path of a file with its private key
    ///   - trustRoots: the path of a file with certificates of authorities
    /// - Throws: ``PeersError`` where it does not fit together, or cannot be read
    public init(
        peers list: String?, self own: String? = nil, secretFile: String? = nil, certificate: String? = nil,
        key: String? = nil, trustRoots: String? = nil
    ) throws(PeersError) {
        guard let list else {
            let said = [
                ("--self", own), ("--peers-secret-file", secretFile), ("--peers-certificate", certificate),
                ("--peers-key", key), ("--peers-ca", trustRoots),
            ]
            if let option = said.first(where: { $0.1 != nil })?.0 {
                throw PeersError(.incompleteOptions, "\(option) belongs to --peers, which says who the others are")
            }
            peers = nil
            options = PeersOptions()
            return
        }
        peers = try Peers(list, self: own.map { text throws(PeersError) in try Peers.Place(text) } ?? .found)
        options = PeersOptions(security: .loopback)
        if let secretFile {
            guard certificate == nil, key == nil, trustRoots == nil else {
                throw PeersError(
                    .incompleteOptions, "--peers-secret-file and certificates exclude each other: say one of them")
            }
            options.security = try .sharedSecret(PeersArguments.secret(in: secretFile))
        } else if let certificate, let key, let trustRoots {
            options.security = .certificates(chain: certificate, key: key, trustRoots: trustRoots)
        } else if certificate != nil || key != nil || trustRoots != nil {
            throw PeersError(
                .incompleteOptions, "--peers-certificate, --peers-key and --peers-ca belong together: say all three")
        }
    }

    /// Takes what is said of peers out of the arguments of a program.
    ///
    /// - Parameter arguments: what a program was called with; what else there is stays
    /// - Throws: ``PeersError`` where something of it cannot be used
    public init(takenFrom arguments: inout [String]) throws(PeersError) {
        func value(_ option: String) throws(PeersError) -> String? {
            guard let index = arguments.firstIndex(of: option) else { return nil }
            guard index + 1 < arguments.count else {
                throw PeersError(.incompleteOptions, "\(option) is the last word: what it says is missing")
            }
            defer { arguments.removeSubrange(index...(index + 1)) }
            return arguments[index + 1]
        }
        try self.init(
            peers: try value("--peers"), self: try value("--self"), secretFile: try value("--peers-secret-file"),
            certificate: try value("--peers-certificate"), key: try value("--peers-key"),
            trustRoots: try value("--peers-ca"))
    }

    /// Takes what is said of peers out of the arguments of a program; where something of it cannot be used, ends the
    /// process with status 2.
    ///
    /// - Parameters:
    ///   - arguments: what a program was called with; what else there is stays
    ///   - usage: how it is called, without these options
    /// - Returns: what was said
    public static func taken(from arguments: inout [String], usage: String) -> PeersArguments {
        do throws(PeersError) {
            return try PeersArguments(takenFrom: &arguments)
        } catch {
            Pipeline.exit(usage: "\(usage) \(PeersArguments.usage): \(error)")
        }
    }

    private static func secret(in path: String) throws(PeersError) -> Bytes {
        let text: String
        do throws(MembershipError) {
            text = try MemberFile(path: path).read(limit: 4096)
        } catch {
            throw PeersError(
                .unusableSecret,
                "the file \(path) with the shared secret cannot be read: see whether it is there, who may read it and "
                    + "whether it has at most 4096 bytes")
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1 else {
            throw PeersError(
                .unusableSecret, "the file \(path) has \(words.count) words, and a shared secret is one, without blanks"
            )
        }
        return Bytes(String(words[0]))
    }
}

extension Pipeline {
    /// Runs the pipeline as a whole program, with the instances that its command line names, and ends the process.
    ///
    /// - Parameters:
    ///   - arguments: what the command line says of instances
    ///   - options: how to run it
    public func main(_ arguments: PeersArguments, _ options: RunOptions = RunOptions()) async -> Never {
        await main(peers: arguments.peers, options, arguments.options)
    }
}
