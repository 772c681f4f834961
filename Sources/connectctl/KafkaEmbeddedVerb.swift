#if Kafka
    import ArgumentParser
    import Connect
    import ConnectKafkaEmbedded
    import ConnectTool

    /// An embedded broker as a process of its own.
    struct KafkaEmbeddedVerb: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "kafka-embedded",
            abstract: "Starts a small Kafka in memory, for tests, and shows its address.",
            discussion: """
                The first line of standard output is what clients take as bootstrap.servers; nothing else is written \
                there. Runs until SIGINT or SIGTERM comes and ends with status 0. Topics that clients name come into \
                being, with \(EmbeddedKafka.Topic.automaticPartitions) partitions.

                It is no place for data: see what it says on standard error.
                """)

        @Option(
            name: .customLong("topic"), parsing: .singleValue,
            help: ArgumentHelp(
                "A topic that is there from the start, with \(EmbeddedKafka.Topic.automaticPartitions) partitions or as many as are said. May be repeated.",
                valueName: "name[:partitions]"), transform: EmbeddedKafka.Topic.init(word:))
        var topics: [EmbeddedKafka.Topic] = []

        @Option(help: "How many brokers there are, each with a port of its own.")
        var brokers = 1

        @Flag(name: .shortAndLong, help: "Says nothing on standard error.")
        var quiet = false

        func run() async throws {
            // Caught before anybody knows the address, and could want an end.
            let (signals, continuation) = AsyncStream<Int32>.makeStream()
            SignalWatcher.start { continuation.yield($0) }
            let kafka = try EmbeddedKafka.started(brokers: brokers, topics: topics, isQuiet: quiet)
            ToolOutput.show(kafka.bootstrapServers)
            if !quiet { ToolOutput.error(KafkaEmbeddedVerb.warning) }
            for await _ in signals { break }
            kafka.stop()
        }

        private static let warning = """
            THIS IS NO REAL KAFKA, but the mock broker of librdkafka, for tests and laptops:
            - data is in memory, and GONE when this process ends
            - about 5 MiB of each partition are kept, older records are dropped without a word
            - it listens on the loopback interface only
            - transactions are not isolated: read_committed shows what was never committed
            - only clients on librdkafka can talk to it
            """
    }

    extension EmbeddedKafka {
        /// Starts brokers; what was asked for wrongly ends the tool like any wrong word of the command line.
        static func started(brokers: Int = 1, topics: [Topic], isQuiet: Bool) throws -> EmbeddedKafka {
            let tell: @Sendable (String) -> Void = { ToolOutput.error("embedded Kafka: \($0)") }
            do throws(EmbeddedKafkaError) {
                return try EmbeddedKafka(brokers: brokers, topics: topics, onMessage: isQuiet ? nil : tell)
            } catch {
                if error.code == .notStarted { throw error }
                throw ValidationError(error.message)
            }
        }
    }

    extension EmbeddedKafka.Topic {
        /// Reads `NAME` or `NAME:PARTITIONS`.
        init(word: String) throws {
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            self.init(String(parts[0]))
            if parts.count > 1 {
                guard let count = Int(parts[1]) else {
                    throw ValidationError("\"\(parts[1])\" is no number of partitions; write NAME:PARTITIONS")
                }
                partitions = count
            }
            do throws(EmbeddedKafkaError) {
                try check()
            } catch {
                throw ValidationError(error.message)
            }
        }
    }
#endif
