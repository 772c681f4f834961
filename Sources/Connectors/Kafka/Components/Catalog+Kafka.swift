public import ConnectCatalog
import Connect

extension Catalog {
    /// Adds the source and the sink `kafka`; dead letters may go to it too.
    public mutating func registerKafka() {
        register(SourceComponent.kafka)
        register(SinkComponent.kafka)
    }
}

private let brokersKey = ConfigurationKey(
    "bootstrap.servers", .text, "The brokers to begin with: HOST:PORT, several with commas between them.", isUsual: true
)

private let connectTimeoutKey = ConfigurationKey(
    "connectTimeout", .duration, "How long brokers may take to answer at the start.", default: "10s")

private let details =
    "All other keys are librdkafka's, under its names: security.protocol, sasl.mechanisms, sasl.username, sasl.password, "
    + "ssl.ca.location, client.id and so on."

extension SourceComponent {
    static let kafka = SourceComponent(
        ComponentDescription(
            "kafka", "Reads the messages of topics, as a member of a group.",
            details: "Offsets are committed to the group when their messages are done. " + details,
            keys: [
                ConfigurationKey("topic", .list, "Topics, or regular expressions that begin with ^.", isRequired: true),
                brokersKey,
                ConfigurationKey(
                    "group.id", .text, "The group, which shares the partitions and keeps the offsets.", isUsual: true),
                ConfigurationKey(
                    "bounded", .boolean,
                    "Whether to end where the partitions end now; a group is not joined then, and may be left out.",
                    default: "false"),
                ConfigurationKey(
                    "startTimestamp", .integer(0...Int.max),
                    "Begins at this time, in milliseconds since 1970, in partitions of which nothing is committed."),
                ConfigurationKey(
                    "headers", .choice(["keep", "drop"]),
                    "Whether elements have the messages' headers; looking for them takes time also where there are none.",
                    default: "keep"),
                connectTimeoutKey,
                ConfigurationKey(
                    "revokeTimeout", .duration,
                    "How long what is under way of a partition may take before it is given up.", default: "30s"),
            ], unnamedKey: "topic",
            examples: [
                "connectctl run --from 'kafka:orders?bootstrap.servers=localhost:9092&group.id=copy' "
                    + "--to 'kafka:orders-copy?bootstrap.servers=localhost:9092'"
            ]),
        guarantee: "at-least-once, or exactly-once with a kafka sink that is told so",
        passesOn: { KafkaLibrary.hasKey($0) }
    ) { configuration, pipeline in
        let client = KafkaConfiguration(configuration)
        let start =
            configuration.integer("startTimestamp").map {
                KafkaStart.timestamp(EventTime(millisecondsSinceEpoch: Int64($0)))
            } ?? .reset
        var source = KafkaSource(
            configuration.list("topic"), nil, client, start, isBounded: configuration.flag("bounded"),
            connectTimeout: configuration.duration("connectTimeout") ?? .seconds(10),
            revokeTimeout: configuration.duration("revokeTimeout") ?? .seconds(30))
        if configuration.text("headers") == "drop" { source = source.withoutHeaders() }
        let checked = source
        try configuration.checkingClient { () throws(ConnectorError) in try checked.check() }
        return Chain(pipeline.root(checked))
    }
}

extension SinkComponent {
    static let kafka = SinkComponent(
        ComponentDescription(
            "kafka", "Writes messages to a topic.",
            details:
                "Elements that are no messages become the values of messages without keys. An element is done when "
                + "the brokers have confirmed it. " + details,
            keys: [
                ConfigurationKey("topic", .text, "The topic.", isRequired: true),
                brokersKey,
                ConfigurationKey(
                    "timestamps", .choice(["keep", "now"]),
                    "Whether messages have the times of their elements, or that of writing, which costs less.",
                    default: "keep"),
                ConfigurationKey(
                    "delivery", .choice(["at-least-once", "exactly-once"]),
                    "With exactly-once output and positions are committed together; it takes a transactional.id, which "
                        + "names this instance after each restart, and a kafka source at the same brokers.",
                    default: "at-least-once"),
                connectTimeoutKey,
            ], unnamedKey: "topic",
            examples: [
                "connectctl run --from file:access.log --through lines "
                    + "--to 'kafka:log?bootstrap.servers=localhost:9092&compression.type=zstd'"
            ]),
        guarantee: "at-least-once, or exactly-once where asked for",
        passesOn: { KafkaLibrary.hasKey($0) },
        deadLetters: { configuration in
            let topic = try sink(configuration, isForDeadLetters: true).topic
            return .deadLetter(KafkaDeadLetters(topic, KafkaConfiguration(configuration)))
        }
    ) { configuration, chain in
        chain.of(KeyValue.self).to(try sink(configuration).sink)
    }

    private static func sink(
        _ configuration: Configuration, isForDeadLetters: Bool = false
    ) throws(ConfigurationError) -> (sink: KafkaSink, topic: String) {
        let topic = configuration.text("topic") ?? ""
        var sink = KafkaSink(
            topic, KafkaConfiguration(configuration), keepsTimestamps: configuration.text("timestamps") != "now",
            connectTimeout: configuration.duration("connectTimeout") ?? .seconds(10))
        if configuration.text("delivery") == "exactly-once" {
            if isForDeadLetters {
                throw configuration.problem(
                    "delivery", "dead letters are not written in transactions", mend: "Leave delivery out.")
            }
            guard let id = KafkaConfiguration(configuration)["transactional.id"] else {
                throw configuration.problem(
                    "delivery", "exactly-once takes a transactional.id",
                    mend: "Give this instance one of its own, the same after each restart: transactional.id=copy-1.")
            }
            sink = sink.exactlyOnce(transactionalId: id)
        }
        let checked = sink
        try configuration.checkingClient { () throws(ConnectorError) in try checked.check() }
        return (sink, topic)
    }
}

extension KafkaConfiguration {
    /// The client's keys of what a component was told.
    fileprivate init(_ configuration: Configuration) {
        self.init()
        for key in ["bootstrap.servers", "group.id"] { self[key] = configuration.text(key) }
        for entry in configuration.passedOn {
            if case .text(let text) = entry.value.content { self[entry.key] = text }
        }
    }
}

extension Configuration {
    /// Checks the client's keys; what is wrong is told at the key's place.
    fileprivate func checkingClient(_ check: () throws(ConnectorError) -> Void) throws(ConfigurationError) {
        do throws(ConnectorError) {
            try check()
        } catch {
            let parts = error.message.split(separator: ";", maxSplits: 1).map(String.init)
            let entry = passedOn.first { error.message.hasPrefix($0.key) }
            let mend = parts.count > 1 ? parts[1].drop { $0 == " " } : "See librdkafka's CONFIGURATION.md"
            throw ConfigurationError(
                ConfigurationProblem(
                    at: entry?.origin ?? origin, parts[0], mend: mend.prefix(1).uppercased() + mend.dropFirst() + "."))
        }
    }
}
