import CKafkaLoop
import ConnectKafkaEmbedded

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The rows of Kafka. The broker is embedded in this process, the contenders are others: what the broker takes does not
/// count. Processor time is compared, since the broker sets the pace.
enum KafkaRows {
    static let all = [100, 1024].flatMap { size in
        [
            row("kafka-copy-\(size)", "Kafka → Kafka, \(size) bytes, times kept", size, "copy"),
            row("kafka-copy-plain-\(size)", "Kafka → Kafka, \(size) bytes", size, "copy-plain"),
            row("kafka-null-\(size)", "Kafka → nowhere, \(size) bytes", size, "null"),
        ]
    }

    private static func row(_ name: String, _ work: String, _ size: Int, _ program: String) -> Row {
        Row(name: name) { repetitions in
            // The broker keeps 5 MiB of each partition.
            let count = min(1_000_000, 3_500_000 * KafkaPrograms.partitions / (size + 32))
            let input = EmbeddedKafka.Topic(KafkaPrograms.input(size), partitions: KafkaPrograms.partitions)
            let output = EmbeddedKafka.Topic("out-\(size)", partitions: KafkaPrograms.partitions)
            let broker = try EmbeddedKafka(topics: [input, output])
            defer { broker.stop() }
            setenv(KafkaPrograms.variable, broker.bootstrapServers, 1)
            let isFilled = KafkaPrograms.withSettings(KafkaPrograms.settings(broker.bootstrapServers)) { settings in
                kafka_loop_fill(settings, input.name, Int32(KafkaPrograms.partitions), count, size)
            }
            guard isFilled else { throw BenchmarkError("the topic could not be filled") }
            let results = try Contender.compare(
                [
                    Contender(kind: .program("kafka-\(program)-\(size)"), elements: count),
                    Contender(kind: .program("kafka-loop-\(program)-\(size)"), elements: count),
                ], repetitions: repetitions)
            let ratio = results[0].processorPerMillion / results[1].processorPerMillion
            var line = TableLine(work: work, ours: Text.rate(results[0].rate))
            line.limit = "\(Text.rate(results[1].rate)) plain C loop"
            line.ratio = Text.number(ratio)
            line.processor =
                "\(Text.number(results[0].processorPerMillion)) (\(Text.number(results[1].processorPerMillion)))"
            line.take(results[0].peakBytes, 128)
            line.expect("CPU ≤ ×1.15", ratio <= 1.15)
            return [line]
        }
    }
}
