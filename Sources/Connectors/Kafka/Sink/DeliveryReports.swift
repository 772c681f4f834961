import CConnectRDKafka
import Connect
import CoreMetrics

/// What became of messages. Belongs to the sink's thread, which asks the client for its reports.
final class DeliveryReports {
    var pending = PendingBatches()
    /// The first message that could not be delivered.
    private(set) var failure: ConnectorError?
    private let scheduler: any Scheduler
    private let timer: CoreMetrics.Timer?
    private let watch: ClientWatch

    init(_ context: SinkContext, watch: ClientWatch) {
        scheduler = context.scheduler
        timer = context.metrics?.timer("kafka_delivery_seconds")
        self.watch = watch
    }

    /// Takes the client's reports that have come.
    ///
    /// - Parameters:
    ///   - queue: the client's main queue
    ///   - timeout: how long to wait for the first, in milliseconds
    func take(from queue: OpaquePointer, timeout: Int32) {
        var timeout = timeout
        while let event = rd_kafka_queue_poll(queue, timeout) {
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR { note(event) }
            rd_kafka_event_destroy(event)
            timeout = 0
        }
    }

    private func note(_ event: OpaquePointer) {
        // Reports mostly come in the order of the messages: those of one batch are noted together.
        var batch: Int?
        var count = 0
        while let message = rd_kafka_event_message_next(event) {
            let tag = PendingBatches.Tag(UInt(bitPattern: message.pointee._private))
            if tag.batch != batch {
                if let batch { end(pending.end(batch, count)) }
                (batch, count) = (tag.batch, 0)
            }
            count += 1
            if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR { fail(message.pointee, tag) }
        }
        if let batch { end(pending.end(batch, count)) }
        if failure == nil { watch.noteAnswer() }
    }

    /// Publishes how long a batch took that is through.
    func end(_ since: MonotonicTime?) {
        guard let since, let timer else { return }
        timer.recordNanoseconds(Int64(clamping: scheduler.now.nanoseconds - since.nanoseconds))
    }

    private func fail(_ message: rd_kafka_message_t, _ tag: PendingBatches.Tag) {
        pending.fail(tag)
        if failure != nil { return }
        let topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
        var error = ConnectorError(
            KafkaError(KafkaErrorCode(message.err)),
            "a message of \(message.len) bytes for topic \"\(topic)\" could not be delivered")
        error.position = pending.position(tag)
        failure = error
    }
}
