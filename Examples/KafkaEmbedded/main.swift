// A small Kafka in memory, for tests and laptops: prints its address and serves until it is stopped. Its data is gone with
// it, about 5 MiB of each partition are kept, and transactions are not isolated.
//
//     kafka-embedded TOPIC:PARTITIONS…
import Connect
import ConnectFiles
import ConnectKafkaEmbedded
import Logging

let topics = CommandLine.arguments.dropFirst().compactMap { word -> EmbeddedKafka.Topic? in
    let parts = word.split(separator: ":")
    guard parts.count == 2, let partitions = Int(parts[1]) else { return nil }
    return EmbeddedKafka.Topic(String(parts[0]), partitions: partitions)
}
if topics.isEmpty || topics.count != CommandLine.arguments.count - 1 {
    Pipeline.exit(usage: "kafka-embedded TOPIC:PARTITIONS…")
}

let broker = try EmbeddedKafka(topics: topics)
// Written through: whoever reads the address from a pipe is to have it at once.
var options = RunOptions()
options.logger.logLevel = .warning
try await Pipeline("address").root(ListSource([Bytes(broker.bootstrapServers)])).to(StandardOutput()).run(options)
while true { try await Task.sleep(for: .seconds(3_600)) }
