#if Kafka
    import ArgumentParser
    import ConnectCatalog
    import ConnectKafkaEmbedded
    import ConnectTool

    /// The verb `run`, with an embedded broker beside the pipeline where one is wanted.
    struct KafkaRunVerb: AsyncParsableCommand {
        static var configuration: CommandConfiguration { RunVerb.configuration }

        @OptionGroup var verb: RunVerb

        @Flag(
            help: ArgumentHelp(
                "Starts a small Kafka in memory for the time of the run; components named kafka use it that say no bootstrap.servers.",
                discussion: "Its data is gone with the run; connectctl kafka-embedded --help says more."))
        var embeddedKafka = false

        @Option(
            name: .customLong("embedded-kafka-topic"), parsing: .singleValue,
            help: ArgumentHelp("A topic that it has from the start. May be repeated.", valueName: "name[:partitions]"),
            transform: EmbeddedKafka.Topic.init(word:))
        var embeddedKafkaTopics: [EmbeddedKafka.Topic] = []

        func validate() throws {
            if !embeddedKafka, !embeddedKafkaTopics.isEmpty {
                throw ValidationError("--embedded-kafka-topic belongs to --embedded-kafka.")
            }
        }

        func run() async throws {
            guard embeddedKafka else { return try await verb.run() }
            let kafka = try EmbeddedKafka.started(topics: embeddedKafkaTopics, isQuiet: verb.isQuiet)
            if !verb.isQuiet {
                ToolOutput.error(
                    "embedded Kafka at \(kafka.bootstrapServers): for trying out only, ALL ITS DATA IS GONE with this run, "
                        + "and older records of a partition before, beyond about 5 MiB")
            }
            let address = ConfigurationValue(kafka.bootstrapServers, at: .commandLine("--embedded-kafka"))
            try await verb.run(defaults: ["kafka": ["bootstrap.servers": address]]) { kafka.stop() }
        }
    }
#endif
