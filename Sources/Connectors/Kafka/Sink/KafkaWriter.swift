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
    /// The transactions of a sink that is exactly-once.
    private var transactions: KafkaTransactions?

    init(_ sink: KafkaSink) {
        self.sink = sink
    }

    deinit {
        forgetTopics()
    }

    /// Connects.
    ///
    /// - Throws: `ConnectorError` that names the key and the mend, within the connect timeout
    public func open(_ context: SinkContext) throws {
        let configuration = sink.clientConfiguration(memory: context.memory)
        let producer = try KafkaProducer(try KafkaSettings(configuration, forced: sink.forced), context)
        self.producer = producer
        self.context = context
        context.logger.debug("librdkafka \(KafkaLibrary.version)", metadata: ["stage": "\(context.stage)"])
        let wait = ConnectWait(configuration, sink.connectTimeout, context.scheduler, nil)
        var names: [String] = []
        if case .fixed(let name) = sink.target { names = [name] }
        _ = try producer.client.describe(names, wait)
        producer.startWaking(context.wake)
        if sink.isTransactional { try openTransactions(producer, context) }
    }

    private func openTransactions(_ producer: KafkaProducer, _ context: SinkContext) throws {
        if producer.client.isEmbedded, !sink.permitsEmbeddedTransactions {
            throw ConnectorError(
                .configuration,
                "an embedded Kafka cannot be written to exactly once: it shows what was not committed; use a Kafka "
                    + "cluster, or a sink without exactlyOnce")
        }
        let transactions = KafkaTransactions(producer, context, timeout: sink.transactionTimeout)
        try transactions.open()
        self.transactions = transactions
    }

    /// Hands the messages of a batch to the client, in order.
    ///
    /// - Throws: `ConnectorError` where a message cannot be sent, with its position
    public func write(
        _ batch: borrowing Batch<KeyValue>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let producer, let context else { return }
        try serve(producer)
        try transactions?.open()
        let memory = BatchMemory.worthHolding(of: batch, atMost: producer.reports.pending.room)
        let number = producer.reports.pending.begin(
            acknowledgement, count: batch.count, at: context.scheduler.now, holding: memory)
        var written = 0
        do {
            while written < batch.count { try write(batch, number, &written, producer, isHeld: memory != nil) }
            producer.reports.end(producer.reports.pending.endWriting(number, unwritten: 0))
        } catch {
            var described = (error as? ConnectorError) ?? ConnectorError(.malformed, "\(error)", cause: error)
            let tag = PendingBatches.Tag(batch: number, place: written)
            described.position = producer.reports.pending.position(tag)
            producer.reports.pending.fail(tag)
            _ = producer.reports.pending.endWriting(number, unwritten: batch.count - written)
            // What came before is delivered all the same; closing would take it back.
            if transactions == nil { try? producer.flush() }
            throw self.described(described)
        }
    }

    /// Writes the next messages that can go together.
    private func write(
        _ batch: borrowing Batch<KeyValue>, _ number: Int, _ written: inout Int, _ producer: KafkaProducer, isHeld: Bool
    ) throws {
        let topic = try topicHandle(of: batch, written, producer)
        plain.begin()
        var next = written
        while next < batch.count, !plain.isFull, plain.isEmpty || isTopicFixed {
            let tag = PendingBatches.Tag(batch: number, place: next)
            let isTaken = batch.withElement(at: next) { element in
                guard isPlain(element) else { return false }
                plain.add(element, tag: tag)
                return true
            }
            guard isTaken else { break }
            next += 1
        }
        if !plain.isEmpty { return try producer.send(plain, to: topic, isHeld: isHeld, sent: &written) }
        repeat {
            let tag = PendingBatches.Tag(batch: number, place: written)
            try batch.withElement(at: written) { element throws(ConnectorError) in
                try producer.send(element, to: topic, tag: tag, timestamp(element), isHeld: isHeld)
            }
            written += 1
        } while written < batch.count && isTopicFixed && !batch.withElement(at: written) { isPlain($0) }
    }

    private var isTopicFixed: Bool {
        if case .fixed = sink.target { return true }
        return false
    }

    /// Whether the client's call for many messages at once can take a message: it knows neither headers nor times.
    private func isPlain(_ element: borrowing KeyValue) -> Bool {
        !element.hasHeaders && (element.timestamp == nil || !sink.keepsTimestamps)
    }

    /// The time for the client, which takes 0 for now.
    private func timestamp(_ element: borrowing KeyValue) -> Int64 {
        guard sink.keepsTimestamps, let time = element.timestamp else { return 0 }
        let milliseconds = time.millisecondsSinceEpoch
        return milliseconds == 0 ? 1 : milliseconds
    }

    private func topicHandle(
        of batch: borrowing Batch<KeyValue>, _ index: Int, _ producer: KafkaProducer
    ) throws -> OpaquePointer {
        let name: String
        switch sink.target {
        case .fixed(let fixed): name = fixed
        case .chosen(let choose): name = try choose(batch[index])
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
    /// - Throws: `ConnectorError` where one is not
    public func flush() throws {
        do {
            try producer?.flush()
        } catch {
            throw described(error)
        }
    }

    /// Commits what was written and the source's positions, in one transaction.
    ///
    /// - Throws: `TransactionAborted` where nothing of it took effect; `ConnectorError` where the client is of no use
    ///   any more
    public func store(_ positions: [Position]) throws {
        try transactions?.commit(positions)
    }

    /// Takes delivery reports; a message of a transaction that was not delivered aborts it.
    private func serve(_ producer: KafkaProducer) throws {
        do {
            try producer.serve()
        } catch {
            throw described(error)
        }
    }

    /// What a failure means: where it may pass, a transaction is done again; what a second try finds no better is not.
    private func described(_ error: any Error) -> any Error {
        guard transactions != nil, producer?.client.fatal == nil, let failure = error as? ConnectorError,
            [.unavailable, .takenAway, .inputOutput].contains(failure.code)
        else { return error }
        return TransactionAborted(reason: failure.message, cause: failure)
    }

    /// Takes delivery reports.
    public func service(now: MonotonicTime) throws -> MonotonicTime? {
        guard let producer else { return nil }
        try serve(producer)
        // The client wakes this thread when it has something; should that ever be missed, it is looked at here.
        return producer.reports.pending.count > 0 ? now.advanced(by: .milliseconds(100)) : nil
    }

    /// Lets go of the client.
    public func close(succeeded: Bool) throws {
        forgetTopics()
        transactions?.abandon()
        transactions = nil
        producer?.close()
        producer = nil
    }
}
