import Connect
import ConnectKafka
import ProcessSupport

extension Cluster {
    /// Writes messages with numbers as values, and one of ten keys each.
    func write(_ numbers: Range<Int>, to topic: String) async throws {
        let messages = numbers.map { KeyValue(key: Bytes("\($0 % 10)"), value: Bytes("\($0)")) }
        try await write(messages, to: topic)
    }

    /// Writes messages.
    func write(_ messages: [KeyValue], to topic: String) async throws {
        try await Pipeline("write").root(ListSource(messages)).to(KafkaSink(topic, configuration())).run(.watched())
    }

    /// The values of a topic by partition, in their order, as kcat reads them; they must be numbers.
    func numbers(in topic: String, _ scratch: Scratch) async throws -> [Int: [Int]] {
        let run = try await KafkaClients.kcat(
            "-C", "-b", brokers, "-t", topic, "-e", "-q", "-o", "beginning", "-f", "%p %s\\n", "-X",
            "fetch.wait.max.ms=10", in: scratch
        ).success()
        var found: [Int: [Int]] = [:]
        for line in run.lines {
            let words = line.split(separator: " ").compactMap { Int($0) }
            if words.count == 2 { found[words[0], default: []].append(words[1]) }
        }
        return found
    }
}
