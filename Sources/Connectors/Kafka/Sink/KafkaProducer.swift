import CConnectRDKafka
import Connect

/// A producer of librdkafka. Belongs to the sink's thread.
final class KafkaProducer {
    let client: KafkaClient
    let reports: DeliveryReports
    private let queue: OpaquePointer
    private var wake: Wake?

    /// Wakes the sink's thread, from the client's.
    private final class Wake: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Makes a producer; it connects by itself.
    init(_ settings: consuming KafkaSettings, _ context: SinkContext) throws(ConnectorError) {
        let watch = ClientWatch(logger: context.logger)
        reports = DeliveryReports(context, watch: watch)
        client = try KafkaClient(RD_KAFKA_PRODUCER, settings, ClientCallbacks(watch, reports: reports))
        queue = rd_kafka_queue_get_main(client.pointer)
    }

    deinit {
        stopWaking()
        rd_kafka_queue_destroy(queue)
    }

    /// Has this thread woken when there are reports.
    func startWaking(_ body: @escaping @Sendable () -> Void) {
        let wake = Wake(body)
        self.wake = wake
        rd_kafka_queue_cb_event_enable(
            queue,
            { _, opaque in
                guard let opaque else { return }
                Unmanaged<Wake>.fromOpaque(opaque).takeUnretainedValue().body()
            }, Unmanaged.passUnretained(wake).toOpaque())
    }

    private func stopWaking() {
        if wake == nil { return }
        rd_kafka_queue_cb_event_enable(queue, nil, nil)
        wake = nil
    }

    /// Takes what the client has to tell.
    ///
    /// - Parameter timeout: how long to wait for it, in milliseconds
    /// - Throws: `ConnectorError` where a message was not delivered, or the client cannot go on
    func serve(timeout: Int32 = 0) throws(ConnectorError) {
        rd_kafka_poll(client.pointer, timeout)
        reports.endRun()
        if let fatal = client.fatal { throw ConnectorError(fatal, "the client cannot go on") }
        if let failure = reports.failure { throw failure }
    }

    /// Sends a message with all that belongs to it; waits for room.
    ///
    /// - Parameters:
    ///   - element: what to send
    ///   - topic: where to
    ///   - tag: what the report will name
    ///   - timestamp: milliseconds since the epoch, 0 for now
    ///   - isHeld: whether its memory is held until it is reported, so that the client needs no copy of the value
    /// - Throws: `ConnectorError` where the client refuses it
    func send(
        _ element: borrowing KeyValue, to topic: OpaquePointer, tag: PendingBatches.Tag, _ timestamp: Int64,
        isHeld: Bool
    ) throws(ConnectorError) {
        while true {
            let headers = element.hasHeaders ? KafkaProducer.headers(element.headers) : nil
            let code = element.withUnsafeBytes { key, value in
                connect_kafka_produce(
                    client.pointer, topic, key?.baseAddress, key?.count ?? 0, value?.baseAddress, value?.count ?? 0,
                    KafkaProducer.flags(isHeld), timestamp, headers, UnsafeMutableRawPointer(bitPattern: tag.word))
            }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            if let headers { rd_kafka_headers_destroy(headers) }
            try wait(after: code, size: element.value?.count ?? 0, topic)
        }
    }

    /// Sends messages without headers and times; waits for room.
    ///
    /// - Parameters:
    ///   - messages: what to send
    ///   - topic: where to
    ///   - isHeld: whether their memory is held until they are reported, so that the client needs no copy of the values
    ///   - sent: moved by each message that the client has taken
    /// - Throws: `ConnectorError` for the first message that the client refuses
    func send(
        _ messages: PlainMessages, to topic: OpaquePointer, isHeld: Bool, sent: inout Int
    ) throws(ConnectorError) {
        var start = 0
        while start < messages.count {
            let rest = messages.room + start
            let left = messages.count - start
            var taken = Int(
                rd_kafka_produce_batch(topic, RD_KAFKA_PARTITION_UA, KafkaProducer.flags(isHeld), rest, Int32(left)))
            if taken == left {
                sent += left
                return
            }
            // The client goes on behind a message that it refuses, but where its queue is full it takes none of the rest.
            taken = (0..<left).first { rest[$0].err != RD_KAFKA_RESP_ERR_NO_ERROR } ?? left
            start += taken
            sent += taken
            if taken == left { return }
            try wait(after: rest[taken].err, size: rest[taken].len, topic)
        }
    }

    private static func flags(_ isHeld: Bool) -> Int32 { isHeld ? 0 : RD_KAFKA_MSG_F_COPY }

    /// Waits where the client has no room; any other reason is a failure.
    private func wait(
        after code: rd_kafka_resp_err_t, size: Int, _ topic: OpaquePointer
    ) throws(ConnectorError) {
        if code == RD_KAFKA_RESP_ERR__QUEUE_FULL { return try serve(timeout: 50) }
        if let fatal = client.fatal { throw ConnectorError(fatal, "the client cannot go on") }
        let name = String(cString: rd_kafka_topic_name(topic))
        throw ConnectorError(
            KafkaError(KafkaErrorCode(code)), "a message of \(size) bytes for topic \"\(name)\" cannot be sent")
    }

    private static func headers(_ headers: [KeyValue.Header]) -> OpaquePointer? {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            if let value = header.value {
                value.withUnsafeBytes { value in
                    _ = rd_kafka_header_add(list, header.name, -1, value.baseAddress, value.count)
                }
            } else {
                rd_kafka_header_add(list, header.name, -1, nil, 0)
            }
        }
        return list
    }

    /// Waits until all messages are confirmed, without lingering.
    func flush() throws(ConnectorError) {
        while reports.pending.count > 0 {
            try serve()
            if reports.pending.count == 0 { return }
            // It has the client send at once what it still collects.
            rd_kafka_flush(client.pointer, 10)
            reports.endRun()
        }
    }

    /// What is not delivered by now is not wanted any more.
    func close() {
        stopWaking()
        if reports.pending.count > 0 {
            rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        }
    }
}
