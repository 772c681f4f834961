import CConnectRDKafka
import Connect
import CoreMetrics

/// What became of messages. Belongs to the sink's thread, which polls the client.
final class DeliveryReports {
    var pending = PendingBatches()
    /// The first message that could not be delivered.
    private(set) var failure: ConnectorError?
    private let scheduler: any Scheduler
    private let timer: CoreMetrics.Timer?
    private let watch: ClientWatch
    /// The batch of the last reports, and how many of it are not noted yet.
    private var runBatch = 0
    private var runCount = 0

    init(_ context: SinkContext, watch: ClientWatch) {
        scheduler = context.scheduler
        timer = context.metrics?.timer("kafka_delivery_seconds")
        self.watch = watch
    }

    /// Notes what became of a message. Reports mostly come in the order of the messages: those of one batch that come
    /// together are noted together, by ``endRun()`` at the latest.
    func note(_ message: UnsafePointer<rd_kafka_message_t>) {
        let tag = PendingBatches.Tag(UInt(bitPattern: message.pointee._private))
        if tag.batch != runBatch {
            endRun()
            runBatch = tag.batch
        }
        runCount += 1
        if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR { fail(message.pointee, tag) }
    }

    /// Notes the reports that have come.
    func endRun() {
        if runCount == 0 { return }
        end(pending.end(runBatch, runCount))
        runCount = 0
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
