#if Avro
    import ArgumentParser
    import Connect
    import ConnectFiles
    import ConnectSchemaRegistryServer
    import ConnectTool

    /// A schema registry as a process of its own.
    struct SchemaRegistryVerb: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema-registry",
            abstract: "Starts a small schema registry, and shows its address.",
            discussion: """
                The first line of standard output is its address; nothing else is written there. Runs until SIGINT or SIGTERM \
                comes and ends with status 0. It knows schemas of Avro, and answers the calls of Confluent's registry: \
                subjects, versions, numbers, levels of compatibility, soft and hard deletion.

                Without --file all is gone with the process. With it each change is on the disk before it is answered.
                """)

        @Option(help: ArgumentHelp("The address to listen at; port 0 is a free one.", valueName: "host:port"))
        var listen = "127.0.0.1:8081"

        @Option(help: ArgumentHelp("The file that it is kept in.", valueName: "path"))
        var file: String?

        @Option(
            help: ArgumentHelp(
                "The level of subjects of which nothing else is said: NONE, BACKWARD, FORWARD or FULL, the last three also with _TRANSITIVE.",
                valueName: "level"))
        var compatibility = "BACKWARD"

        @Option(help: ArgumentHelp("The name that clients log in with; needs --password-file.", valueName: "name"))
        var user: String?

        @Option(help: ArgumentHelp("A file with the password, on its first line.", valueName: "path"))
        var passwordFile: String?

        @Option(help: ArgumentHelp("A file of PEM with the server's certificate, for https.", valueName: "path"))
        var certificate: String?

        @Option(help: ArgumentHelp("A file of PEM with the certificate's key.", valueName: "path"))
        var key: String?

        @Option(
            help: ArgumentHelp(
                "A file of PEM with the authorities that must have signed clients' certificates.", valueName: "path"))
        var clientAuthorities: String?

        func validate() throws {
            if (user == nil) != (passwordFile == nil) {
                throw ValidationError("--user and --password-file belong together.")
            }
            if certificate == nil, key != nil || clientAuthorities != nil {
                throw ValidationError("--key and --client-authorities need --certificate.")
            }
            _ = try address()
            _ = try level()
        }

        func run() async throws {
            // Caught before anybody knows the address, and could want an end.
            let (signals, continuation) = AsyncStream<Int32>.makeStream()
            SignalWatcher.start { continuation.yield($0) }
            let (host, port) = try address()
            let login = try user.map { (name: $0, password: try password()) }
            let server = try SchemaRegistryServer(
                host: host, port: port, file: file.map { FilePath($0) }, compatibility: try level(),
                security: SchemaRegistryServer.Security(
                    user: login, certificate: certificate, key: key, clientAuthorities: clientAuthorities))
            ToolOutput.show(try await server.start())
            for await _ in signals { break }
            await server.stop()
        }

        private func address() throws -> (host: String, port: Int) {
            guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
                (0...65_535).contains(port)
            else { throw ValidationError("\"\(listen)\" is no address; write HOST:PORT.") }
            var host = listen[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            return (host.isEmpty ? "127.0.0.1" : String(host), port)
        }

        private func level() throws -> RegistryCompatibility {
            guard let level = RegistryCompatibility(rawValue: compatibility.uppercased()) else {
                let levels = RegistryCompatibility.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\"\(compatibility)\" is no level; there are \(levels).")
            }
            return level
        }

        private func password() throws -> String {
            let file = try POSIXFileSystem().open(FilePath(passwordFile ?? ""), .reading)
            let bytes = try BytesBuffer.filled(capacity: 4096) { (memory) throws(ConnectorError) in
                try file.read(into: memory) ?? 0
            }
            return String(bytes.description.prefix { $0 != "\n" && $0 != "\r\n" })
        }
    }
#endif
