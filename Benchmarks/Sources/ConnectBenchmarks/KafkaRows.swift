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
            row("kafka-copy-\(size)", "Kafka → Kafka, \(size) bytes, all kept", size, "copy"),
            row("kafka-copy-plain-\(size)", "Kafka → Kafka, \(size) bytes, keys and values", size, "copy-plain"),
            row("kafka-null-\(size)", "Kafka → nowhere, \(size) bytes, taken over", size, "null"),
            row("kafka-null-plain-\(size)", "Kafka → nowhere, \(size) bytes, not looked at", size, "null-plain"),
        ]
    }

    private static func row(_ name: String, _ work: String, _ size: Int, _ program: String) -> Row {
        Row(name: name) { repetitions in
            let count = 1_000_000
            let partitions = KafkaPrograms.partitions(size)
            let input = EmbeddedKafka.Topic(KafkaPrograms.input(size), partitions: partitions)
            let output = EmbeddedKafka.Topic("out-\(size)", partitions: partitions)
            let broker = try EmbeddedKafka(topics: [input, output])
            defer { broker.stop() }
            setenv(KafkaPrograms.variable, broker.bootstrapServers, 1)
            let isFilled = KafkaPrograms.withSettings(KafkaPrograms.settings(broker.bootstrapServers)) { settings in
                kafka_loop_fill(settings, input.name, Int32(partitions), count, size)
            }
            guard isFilled else { throw BenchmarkError("the topic could not be filled") }
            let runs = try Contender.runs(
                [
                    Contender(kind: .program("kafka-\(program)-\(size)"), elements: count),
                    Contender(kind: .program("kafka-loop-\(program)-\(size)"), elements: count),
                ], repetitions: max(5, repetitions))
            let results = runs.map(Measurement.best)
            // What the client does for a message depends on how many come at once, and the machine's pace changes within
            // minutes: runs that followed each other are compared, and of these ratios the one in the middle counts.
            let ratio = median(zip(runs[0], runs[1]).map { $0.processorPerMillion / $1.processorPerMillion })
            let processor = runs.map { median($0.map(\.processorPerMillion)) }
            var line = TableLine(work: work, ours: Text.rate(results[0].rate))
            line.limit = "\(Text.rate(results[1].rate)) plain C loop"
            line.ratio = Text.number(ratio)
            line.processor =
                "\(Text.number(processor[0])) (\(Text.number(processor[1])))"
            line.take(results[0].peakBytes, 128)
            line.expect("CPU ≤ ×1.15", ratio <= 1.15)
            return [line]
        }
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.sorted()[values.count / 2]
    }
}
