import CKafkaLoop
import Connect
import ConnectKafka

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Kafka to Kafka and Kafka to nowhere: ours, and plain loops over the same client.
enum KafkaPrograms {
    /// The partitions of the topics; the embedded broker keeps 5 MiB of each.
    static let partitions = 64
    /// Where a child process finds the broker.
    static let variable = "CONNECT_BENCHMARKS_KAFKA"

    static let all: [String: Program] = Dictionary(
        uniqueKeysWithValues: [100, 1024].flatMap { size in
            [
                ("kafka-copy-\(size)", copy(size, keepsTimes: true)),
                ("kafka-copy-plain-\(size)", copy(size, keepsTimes: false)),
                ("kafka-null-\(size)", read(size)),
                ("kafka-loop-copy-\(size)", loop(size, copies: true, keepsTimes: true)),
                ("kafka-loop-copy-plain-\(size)", loop(size, copies: true, keepsTimes: false)),
                ("kafka-loop-null-\(size)", loop(size, copies: false, keepsTimes: false)),
            ]
        })

    static func input(_ size: Int) -> String { "in-\(size)" }

    /// The same for both sides of the comparison. The embedded broker lets an empty answer take as long as it may.
    static func settings(_ brokers: String) -> [String: String] {
        [
            "bootstrap.servers": brokers, "fetch.wait.max.ms": "10", "linger.ms": "5", "enable.idempotence": "true",
            "queued.max.messages.kbytes": "16384", "fetch.max.bytes": "8388608", "queue.buffering.max.kbytes": "32768",
            "queue.buffering.max.messages": "100000",
        ]
    }

    private static var configuration: KafkaConfiguration {
        KafkaConfiguration(settings(getenv(variable).map { String(cString: $0) } ?? ""))
    }

    private static func copy(_ size: Int, keepsTimes: Bool) -> Program {
        { _ in
            try Pipeline("copy")
                .root(KafkaSource.bounded(input(size), group: "ours-\(getpid())", configuration))
                .to(KafkaSink("out-\(size)", configuration, keepsTimestamps: keepsTimes)).measure()
            return nil
        }
    }

    private static func read(_ size: Int) -> Program {
        { _ in
            try Pipeline("read")
                .root(KafkaSource.bounded(input(size), group: "ours-\(getpid())", configuration))
                .to(NullSink()).measure()
            return nil
        }
    }

    private static func loop(_ size: Int, copies: Bool, keepsTimes: Bool) -> Program {
        { count in
            let isDone = withSettings(configuration.values) { settings in
                kafka_loop_copy(
                    settings, "loop-\(getpid())", input(size), Int32(partitions), copies ? "out-\(size)" : nil,
                    keepsTimes, count)
            }
            if !isDone { throw BenchmarkError("the plain loop failed") }
            return nil
        }
    }

    /// Gives settings to C: keys and values in turn.
    static func withSettings<Result>(
        _ values: [String: String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        var words: [UnsafePointer<CChar>?] = []
        for (key, value) in values { words += [UnsafePointer(strdup(key)), UnsafePointer(strdup(value))] }
        words.append(nil)
        defer { for word in words { free(UnsafeMutableRawPointer(mutating: word)) } }
        return words.withUnsafeBufferPointer { words in
            guard let start = words.baseAddress else { preconditionFailure("there is a word at least") }
            return body(start)
        }
    }
}
