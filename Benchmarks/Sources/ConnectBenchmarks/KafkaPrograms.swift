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
    /// The partitions of a topic with messages of a size: enough for a million, since the embedded broker keeps 5 MiB of
    /// each; what the start of a process costs would show in fewer.
    static func partitions(_ size: Int) -> Int { size > 100 ? 320 : 64 }
    /// Where a child process finds the broker.
    static let variable = "CONNECT_BENCHMARKS_KAFKA"

    static let all: [String: Program] = Dictionary(
        uniqueKeysWithValues: [100, 1024].flatMap { size in
            [
                ("kafka-copy-\(size)", copy(size, keepsAll: true)),
                ("kafka-copy-plain-\(size)", copy(size, keepsAll: false)),
                ("kafka-null-\(size)", read(size, keepsAll: true)),
                ("kafka-null-plain-\(size)", read(size, keepsAll: false)),
                ("kafka-loop-copy-\(size)", loop(size, copies: true, keepsAll: true)),
                ("kafka-loop-copy-plain-\(size)", loop(size, copies: true, keepsAll: false)),
                ("kafka-loop-null-\(size)", loop(size, copies: false, keepsAll: true)),
                ("kafka-loop-null-plain-\(size)", loop(size, copies: false, keepsAll: false)),
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

    private static func source(_ size: Int, keepsAll: Bool) -> KafkaSource {
        let source = KafkaSource.bounded(input(size), group: "ours-\(getpid())", configuration)
        return keepsAll ? source : source.withoutHeaders()
    }

    private static func copy(_ size: Int, keepsAll: Bool) -> Program {
        { _ in
            try Pipeline("copy").root(source(size, keepsAll: keepsAll))
                .to(KafkaSink("out-\(size)", configuration, keepsTimestamps: keepsAll)).measure()
            return nil
        }
    }

    private static func read(_ size: Int, keepsAll: Bool) -> Program {
        { _ in
            try Pipeline("read").root(source(size, keepsAll: keepsAll)).to(NullSink()).measure()
            return nil
        }
    }

    private static func loop(_ size: Int, copies: Bool, keepsAll: Bool) -> Program {
        { count in
            let isDone = withSettings(configuration.values) { settings in
                kafka_loop_copy(
                    settings, "loop-\(getpid())", input(size), Int32(partitions(size)), copies ? "out-\(size)" : nil,
                    keepsAll, count)
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
