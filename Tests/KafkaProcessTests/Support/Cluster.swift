import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import Foundation
import ProcessSupport

/// The Kafka that a test uses: the cluster of KAFKA_BOOTSTRAP where that is set, else an embedded broker of its own.
final class Cluster: Sendable {
    /// The real cluster; nil where there is none.
    static let real = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP"]

    let embedded: EmbeddedKafka?
    let brokers: String
    /// Makes names of topics and groups new on a cluster that outlives the test.
    private let unique = Cluster.real == nil ? "" : "-\(UUID().uuidString.prefix(8))"

    init() throws {
        embedded = Cluster.real == nil ? try EmbeddedKafka() : nil
        brokers = Cluster.real ?? embedded?.bootstrapServers ?? ""
    }

    /// An embedded cluster, for tests that make faults.
    init(embedded kafka: EmbeddedKafka) {
        embedded = kafka
        brokers = kafka.bootstrapServers
    }

    /// Makes a topic.
    ///
    /// - Returns: its name
    func topic(_ name: String, partitions: Int, in scratch: Scratch) async throws -> String {
        let name = name + unique
        if let embedded {
            try embedded.createTopic(name, partitions: partitions)
        } else {
            _ = try await KafkaClients.python(
                """
                from confluent_kafka.admin import AdminClient, NewTopic
                admin = AdminClient({"bootstrap.servers": arguments[0]})
                for future in admin.create_topics([NewTopic(arguments[1], int(arguments[2]), 1)]).values():
                    future.result()
                """, brokers, name, "\(partitions)", in: scratch
            ).success()
        }
        return name
    }

    func group(_ name: String) -> String { name + unique }

    /// The keys of a client. Empty answers of the embedded broker take as long as they may.
    func configuration(_ more: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration(more).merging(defaults: [
            "bootstrap.servers": brokers, "fetch.wait.max.ms": "10", "linger.ms": "5",
            "topic.metadata.refresh.interval.ms": "1000", "reconnect.backoff.max.ms": "500",
        ])
    }

    /// The keys of a member of a group: those that make the embedded broker change shares soon.
    func member(_ more: [String: String] = [:]) -> KafkaConfiguration {
        configuration(more).merging(defaults: [
            "session.timeout.ms": Cluster.real == nil ? "3000" : "6000", "heartbeat.interval.ms": "200",
            "auto.offset.reset": "earliest",
        ])
    }

    /// The same as words for a program.
    func memberWords(_ more: [String: String] = [:]) -> [String] {
        member(more).values.filter { $0.key != "bootstrap.servers" }.map { "\($0)=\($1)" }.sorted()
    }

    /// What a group has committed and where the topic ends, by partition, as the Python client sees it.
    func offsets(of group: String, _ topic: String, in scratch: Scratch) async throws -> [GroupOffset] {
        let run = try await KafkaClients.python(
            """
            consumer = Consumer({"bootstrap.servers": arguments[0], "group.id": arguments[1]})
            partitions = consumer.list_topics(arguments[2], 60).topics[arguments[2]].partitions
            places = [TopicPartition(arguments[2], number) for number in sorted(partitions)]
            for place in consumer.committed(places, 60):
                print(place.partition, max(place.offset, 0), consumer.get_watermark_offsets(place, 60)[1])
            """, brokers, group, topic, in: scratch
        ).success()
        return run.lines.compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            return numbers.count == 3
                ? GroupOffset(partition: numbers[0], committed: numbers[1], end: numbers[2]) : nil
        }
    }
}

/// Where a group stands in a partition.
struct GroupOffset: Hashable, CustomStringConvertible {
    var partition: Int
    /// 0 where nothing is committed.
    var committed: Int
    var end: Int

    var description: String { "\(partition): \(committed) of \(end)" }
}
