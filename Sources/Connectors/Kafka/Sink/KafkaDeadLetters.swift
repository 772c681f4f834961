public import Connect

/// Writes elements that a stage could not process to a topic, as they were: key, value and headers of messages, the
/// bytes of others as the value. What went wrong stands in headers with the names that Kafka Connect gives them.
///
///     .map(parse).onError(.deadLetter(KafkaDeadLetters("orders-failed", kafka)))
///
/// | header | value |
/// |---|---|
/// | `__connect.errors.topic`, `.partition`, `.offset` | where the element stood; of a source that is not Kafka its partition stands for the topic |
/// | `__connect.errors.connector.name` | the pipeline |
/// | `__connect.errors.task.id` | `0` |
/// | `__connect.errors.stage`, `.class.name` | the stage |
/// | `__connect.errors.exception.class.name` | the type of the error |
/// | `__connect.errors.exception.message` | its text |
/// | `__connect.errors.exception.stacktrace` | none |
public struct KafkaDeadLetters: Sink {
    /// What the sink takes.
    public typealias Input = DeadLetter

    private let sink: KafkaSink

    /// A sink for dead letters.
    ///
    /// - Parameters:
    ///   - topic: the topic's name
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    public init(_ topic: String, _ configuration: KafkaConfiguration) {
        sink = KafkaSink(topic, configuration)
    }

    /// As that of a ``KafkaSink``.
    public var descriptor: SinkDescriptor { sink.descriptor }

    /// Makes the writer of a run.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where a key cannot be used
    public func makeWriter() throws -> MappedSinkWriter<KafkaWriter, DeadLetter> {
        MappedSinkWriter(try sink.makeWriter(), KafkaDeadLetters.message)
    }

    /// A dead letter as a message.
    static func message(_ letter: DeadLetter) -> KeyValue {
        var headers = letter.message?.headers ?? []
        func add(_ name: String, _ value: String?) {
            headers.append(KeyValue.Header("__connect.errors." + name, value.map { Bytes($0) }))
        }
        let place = letter.position.flatMap { TopicPartition(name: $0.partition) }
        add("topic", place?.topic ?? letter.position?.partition)
        add("partition", place.map { "\($0.partition)" })
        add("offset", letter.position.map { "\($0.offset)" })
        add("connector.name", letter.pipeline)
        add("task.id", "0")
        add("stage", letter.stage)
        add("class.name", letter.stage)
        add("exception.class.name", letter.errorType)
        add("exception.message", letter.error)
        add("exception.stacktrace", nil)
        return KeyValue(
            key: letter.message?.key, value: letter.message.map(\.value) ?? letter.bytes, headers: headers,
            timestamp: letter.message?.timestamp)
    }
}
