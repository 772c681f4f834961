import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import Foundation
import Logging
import Testing

/// The Kafka that a test uses: the cluster of KAFKA_BOOTSTRAP where that is set, else an embedded broker of its own.
final class Cluster: Sendable {
    /// The real cluster; nil where there is none, so that tests that need one say so.
    static let real = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP"]

    let embedded: EmbeddedKafka?
    let brokers: String
    /// Makes names of topics and groups new on a cluster that outlives the test.
    private let unique = Cluster.real == nil ? "" : "-\(UUID().uuidString.prefix(8))"

    init(brokers count: Int = 1) throws {
        embedded = Cluster.real == nil ? try EmbeddedKafka(brokers: count) : nil
        brokers = try Cluster.real ?? #require(embedded?.bootstrapServers)
    }

    /// Makes a topic.
    ///
    /// - Returns: its name
    func topic(_ name: String, partitions: Int = 4) throws -> String {
        let name = name + unique
        if let embedded {
            try embedded.createTopic(name, partitions: partitions)
        } else {
            try Python.run(
                """
                from confluent_kafka.admin import AdminClient, NewTopic
                import sys
                admin = AdminClient({'bootstrap.servers': sys.argv[1]})
                for future in admin.create_topics([NewTopic(sys.argv[2], int(sys.argv[3]), 1)]).values(): future.result()
                """, [brokers, name, "\(partitions)"])
        }
        return name
    }

    func group(_ name: String) -> String { name + unique }

    /// The keys of a client. Retention of the embedded broker would otherwise go unnoticed, and its empty answers take
    /// as long as they may.
    func configuration(_ more: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration(more).merging(defaults: [
            "bootstrap.servers": brokers, "fetch.wait.max.ms": "10", "linger.ms": "1",
            "topic.metadata.refresh.interval.ms": "1000", "reconnect.backoff.max.ms": "500",
        ])
    }

    /// The keys of a member of a group: those that make the embedded broker change shares soon.
    func member(_ more: [String: String] = [:]) -> KafkaConfiguration {
        configuration(more).merging(defaults: [
            "session.timeout.ms": "6000", "heartbeat.interval.ms": "500", "auto.offset.reset": "earliest",
        ])
    }

    /// Writes messages.
    func write(_ messages: [KeyValue], to topic: String) async throws {
        try await Pipeline("write").root(ListSource(messages)).to(KafkaSink(topic, configuration()))
            .run(.quiet)
    }

    /// Reads all messages that a topic has.
    func read(_ topic: String) async throws -> [KeyValue] {
        let sink = CollectSink<KeyValue>()
        try await Pipeline("read").root(KafkaSource.bounded(topic, configuration())).to(sink).run(.quiet)
        return sink.elements
    }
}

extension RunOptions {
    /// Nothing but errors is logged.
    static var quiet: RunOptions {
        var options = RunOptions()
        options.logger.logLevel = .error
        return options
    }
}
