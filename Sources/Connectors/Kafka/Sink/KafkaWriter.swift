import CConnectRDKafka
public import Connect
import Logging

/// Writes the messages of one run.
public final class KafkaWriter: SinkWriter {
    /// What the writer takes.
    public typealias Input = KeyValue

    private let sink: KafkaSink
    private var producer: KafkaProducer?
    private var context: SinkContext?
    private var topics: [String: OpaquePointer] = [:]
    private let plain = PlainMessages(capacity: 1024)

    init(_ sink: KafkaSink) {
        self.sink = sink
    }

    deinit {
        forgetTopics()
    }

    /// Connects.
    ///
    /// - Throws: ``ConnectorError`` that names the key and the mend, within the connect timeout
    public func open(_ context: SinkContext) throws {
        let configuration = sink.clientConfiguration(memory: context.memory)
        let producer = try KafkaProducer(try KafkaSettings(configuration, forced: []), context)
        self.producer = producer
        self.context = context
        context.logger.debug("librdkafka \(KafkaLibrary.version)", metadata: ["stage": "\(context.stage)"])
        let wait = ConnectWait(configuration, sink.connectTimeout, context.scheduler, nil)
        var names: [String] = []
        if case .fixed(let name) = sink.target { names = [name] }
        _ = try producer.client.describe(names, wait)
        producer.startWaking(context.wake)
    }

    /// Hands the messages of a batch to the client, in order.
    ///
    /// - Throws: ``ConnectorError`` where a message cannot be sent, with its position
    public func write(
        _ batch: borrowing Batch<KeyValue>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let producer, let context else { return }
        try producer.serve()
        let number = producer.reports.pending.begin(acknowledgement, count: batch.count, at: context.scheduler.now)
        var written = 0
        do {
            while written < batch.count { try write(batch, number, &written, producer) }
            producer.reports.end(producer.reports.pending.endWriting(number, unwritten: 0))
        } catch {
            var described = (error as? ConnectorError) ?? ConnectorError(.malformed, "\(error)", cause: error)
            described.position = producer.reports.pending.position(PendingBatches.tag(batch: number, place: written))
            producer.reports.pending.fail(number, at: written)
            _ = producer.reports.pending.endWriting(number, unwritten: batch.count - written)
            // What came before is delivered all the same; closing would take it back.
            try? producer.flush()
            throw described
        }
    }

    /// Writes the next messages that can go together.
    private func write(
        _ batch: borrowing Batch<KeyValue>, _ number: Int, _ written: inout Int, _ producer: KafkaProducer
    ) throws {
        let first = batch[written]
        let topic = try topicHandle(of: first, producer)
        guard isPlain(first) else {
            try producer.send(
                first, to: topic, tag: PendingBatches.tag(batch: number, place: written), timestamp(first))
            written += 1
            return
        }
        plain.begin()
        plain.add(first, tag: PendingBatches.tag(batch: number, place: written))
        var next = written + 1
        while next < batch.count, !plain.isFull {
            let element = batch[next]
            guard isPlain(element), case .fixed = sink.target else { break }
            plain.add(element, tag: PendingBatches.tag(batch: number, place: next))
            next += 1
        }
        try producer.send(plain, to: topic, sent: &written)
    }

    /// Whether the client's call for many messages at once can take a message: it knows neither headers nor times.
    private func isPlain(_ element: KeyValue) -> Bool {
        element.headers.isEmpty && (element.timestamp == nil || !sink.keepsTimestamps)
    }

    /// The time for the client, which takes 0 for now.
    private func timestamp(_ element: KeyValue) -> Int64 {
        guard sink.keepsTimestamps, let time = element.timestamp else { return 0 }
        let milliseconds = time.millisecondsSinceEpoch
        return milliseconds == 0 ? 1 : milliseconds
    }

    private func topicHandle(of element: KeyValue, _ producer: KafkaProducer) throws -> OpaquePointer {
        let name: String
        switch sink.target {
        case .fixed(let fixed): name = fixed
        case .chosen(let choose): name = try choose(element)
        }
        if let known = topics[name] { return known }
        guard let handle = rd_kafka_topic_new(producer.client.pointer, name, nil) else {
            throw ConnectorError(
                KafkaError(KafkaErrorCode(rd_kafka_last_error())), "topic \"\(name)\" cannot be written to")
        }
        topics[name] = handle
        return handle
    }

    private func forgetTopics() {
        for handle in topics.values { rd_kafka_topic_destroy(handle) }
        topics = [:]
    }

    /// Waits until all messages are confirmed.
    ///
    /// - Throws: ``ConnectorError`` where one is not
    public func flush() throws {
        try producer?.flush()
    }

    /// Takes delivery reports.
    public func service(now: MonotonicTime) throws -> MonotonicTime? {
        guard let producer else { return nil }
        try producer.serve()
        // The client wakes this thread when it has something; should that ever be missed, it is looked at here.
        return producer.reports.pending.count > 0 ? now.advanced(by: .milliseconds(100)) : nil
    }

    /// Lets go of the client.
    public func close(succeeded: Bool) throws {
        forgetTopics()
        producer?.close()
        producer = nil
    }
}
