import CConnectRDKafka
public import Connect
import Logging

/// Reads the messages of one run.
public final class KafkaReader: SourceReader {
    /// What the reader gives.
    public typealias Element = KeyValue

    let source: KafkaSource
    var consumer: KafkaConsumer?
    var context: SourceContext?
    var assignment = Assignment()
    let messages = MessageList(capacity: 4096)
    /// Bounded partitions that have come to their end since the last batch.
    var completed: [Int] = []
    private let pool = BytesBufferPool(
        mostBuffers: 16, bytes: MessageSize.batchBytes / 8...2 * MessageSize.batchBytes)
    private var size = MessageSize()
    private var lag = ConsumerLag(nil)
    /// Since when what was read waits for room.
    private var stalledSince: MonotonicTime?
    private var isPaused = false
    /// What went wrong while elements waited.
    private var failure: (any Error)?

    init(_ source: KafkaSource) {
        self.source = source
    }

    /// Connects and joins the group, or takes the partitions of a bounded source.
    ///
    /// - Throws: `ConnectorError` that names the key and the mend, within the connect timeout
    public func open(_ context: SourceContext) throws {
        let configuration = source.clientConfiguration(memory: context.memory)
        let watch = ClientWatch(logger: context.logger)
        let consumer = try KafkaConsumer(
            try KafkaSettings(configuration, forced: KafkaSource.forced), watch: watch)
        self.consumer = consumer
        self.context = context
        context.logger.debug("librdkafka \(KafkaLibrary.version)", metadata: ["stage": "\(context.stage)"])
        context.interrupt.onRaise(consumer.interruption())
        if context.positionsAreCommittedBySink { context.exchange.put(KafkaGroupMember(client: consumer.client)) }
        lag = ConsumerLag(context.metrics)
        let wait = ConnectWait(configuration, source.connectTimeout, context.scheduler, context.interrupt)
        let counts = try consumer.client.describe(source.topics.filter { !$0.hasPrefix("^") }, wait)
        if source.isBounded {
            try takePartitions(counts, consumer, context)
        } else {
            try consumer.subscribe(to: source.topics)
        }
    }

    /// Reads what is at hand.
    ///
    /// - Throws: `ConnectorError` where reading cannot go on
    public func poll(into batch: inout SourceBatch<KeyValue>, deadline: MonotonicTime) throws -> SourcePoll {
        guard let consumer, let context else { return .ended }
        if let failure { throw failure }
        resume(consumer)
        try carryOutChanges(consumer, context)
        if messages.isEmpty {
            let now = context.scheduler.now
            // Not for ever: metrics and the client's own errors are looked at in between.
            let timeout = completed.isEmpty && !isComplete ? min(500, now.milliseconds(until: deadline)) : 0
            consumer.read(into: messages, size.wanted(atMost: batch.room), timeout: timeout)
        }
        let isIdle = messages.isEmpty
        try take(into: &batch, context)
        finishPartitions(&batch)
        if let fatal = consumer.client.fatal { throw ConnectorError(fatal, "the client cannot go on") }
        lag.publish(assignment, consumer, context)
        if source.isBounded, isComplete { return .ended }
        return isIdle ? .idle : .ready
    }

    private var isComplete: Bool { source.isBounded && assignment.isComplete && messages.isEmpty }

    /// Stays in the group while what was read waits for room: first nothing is read, so that the client's queue fills;
    /// where it takes longer the partitions are paused, and the client is polled for what else it has to tell.
    public func service(now: MonotonicTime) -> MonotonicTime? {
        guard let consumer, let context else { return nil }
        let since = stalledSince ?? now
        stalledSince = since
        if !isPaused {
            let due = since.advanced(by: KafkaReader.pausesAfter)
            if now < due { return due }
            isPaused = true
            consumer.pause(assignment.names)
        }
        consumer.serve(messages)
        do {
            try carryOutChanges(consumer, context)
        } catch {
            failure = failure ?? error
        }
        return now.advanced(by: .milliseconds(100))
    }

    static let pausesAfter = Duration.seconds(1)

    private func resume(_ consumer: KafkaConsumer) {
        stalledSince = nil
        guard isPaused else { return }
        isPaused = false
        consumer.resume(assignment.names)
    }

    /// Commits to the group.
    public func makeCommitter() -> (any PositionCommitter)? {
        guard source.group != nil, context?.positionsAreCommittedBySink == false, let consumer else { return nil }
        return KafkaCommitter(consumer.client)
    }

    /// Leaves the group.
    public func close() {
        guard let context else { return }
        messages.drop { _ in true }
        lag.forget(Set(assignment.names))
        consumer?.close(timeout: .seconds(5), context.scheduler)
        consumer = nil
    }

    // MARK: the share of the group

    private func carryOutChanges(_ consumer: KafkaConsumer, _ context: SourceContext) throws {
        while let change = consumer.nextChange() {
            if change.isAssignment {
                try consumer.carryOut(change, at: try starts(of: change.partitions, consumer))
                for name in change.partitions {
                    assignment.add(
                        AssignedPartition(name: name, id: context.partitions.partition(named: name.description)))
                }
                if isPaused { consumer.pause(change.partitions) }
            } else {
                try giveUp(change, consumer, context)
            }
        }
    }

    private func giveUp(
        _ change: AssignmentChanges.Change, _ consumer: KafkaConsumer, _ context: SourceContext
    ) throws {
        let names = Set(change.partitions)
        // What is not given out yet is read by the next owner.
        messages.drop { message in
            assignment.place(of: message).map { names.contains(assignment[$0].name) } ?? true
        }
        assignment.remove(names)
        let isLost = consumer.hasLostAssignment
        let isDrained = context.partitions.revoke(
            change.partitions.map(\.description), timeout: isLost ? .zero : source.revokeTimeout)
        if !isDrained {
            context.logger.notice(
                "partitions were given up before all of theirs was done; it comes again at their next owner",
                metadata: ["partitions": "\(change.partitions.map(\.description).joined(separator: ","))"])
        }
        lag.forget(names)
        // The client remembers that a partition is paused, also while others have it.
        if isPaused { consumer.resume(change.partitions) }
        try consumer.carryOut(change, at: change.partitions.map { (name: $0, offset: Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    // MARK: messages

    private func take(into batch: inout SourceBatch<KeyValue>, _ context: SourceContext) throws {
        let group = MessageGroup(messages, atMost: batch.room)
        if group.count > 0 {
            size.note(bytes: group.byteCount, of: group.count)
            consumer?.client.watch.noteAnswer()
            var payload = MessagePayload(
                pool.buffer(capacity: group.byteCount), keepsHeaders: source.keepsHeaders)
            var taken = 0
            while taken < group.count, payload.failure == nil {
                let run = MessageRun(messages, from: taken, below: group.count)
                taken = run.range.upperBound
                take(run, &payload, into: &batch, context)
            }
            messages.removeFirst(taken)
            if let failure = payload.failure {
                let name = assignment.place(of: failure.topic, failure.partition).map { "\(assignment[$0].name)" } ?? ""
                throw ConnectorError(
                    .malformed,
                    "the message at \(name)@\(failure.offset) has a header whose name is not UTF-8; such names cannot "
                        + "be kept")
            }
        }
        while !messages.isEmpty, let message = messages[0], message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            defer { messages.removeFirst(1) }
            try handle(message, context)
        }
    }

    /// Takes messages of one partition, as far as they are wanted.
    private func take(
        _ run: MessageRun, _ payload: inout MessagePayload, into batch: inout SourceBatch<KeyValue>,
        _ context: SourceContext
    ) {
        guard let first = messages[run.range.lowerBound], let place = assignment.place(of: first),
            !assignment[place].isComplete
        else { return }
        let offset = first.pointee.offset
        let end = assignment[place].end
        let wanted = end.map { min(run.range.count, Int(clamping: max(0, $0 - offset))) } ?? run.range.count
        let count = batch.append(wanted, partition: assignment[place].id, offset: offset) { memory, index, time in
            guard let message = messages[run.range.lowerBound + index] else { return false }
            return payload.next(message, into: memory, &time)
        }
        assignment[place].next = offset + Int64(count)
        if count == wanted, let end {
            context.progress.advance(by: Int64(count))
            if offset + Int64(run.range.count) >= end { complete(place) }
        }
    }

    func complete(_ place: Int) {
        if assignment[place].isComplete { return }
        assignment[place].isComplete = true
        completed.append(place)
    }

    private func finishPartitions(_ batch: inout SourceBatch<KeyValue>) {
        for place in completed {
            let partition = assignment[place]
            batch.complete(partition.id, at: max(partition.end ?? 0, partition.next ?? 0))
        }
        completed = []
    }

    /// Deals with an error that the client gives in the place of a message.
    private func handle(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ context: SourceContext) throws {
        let code = KafkaErrorCode(message.pointee.err)
        if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            guard let place = assignment.place(of: message), let end = assignment[place].end else { return }
            if message.pointee.offset >= end { complete(place) }
            return
        }
        // Its own code says only that there is one.
        if let fatal = consumer?.client.fatal { throw ConnectorError(fatal, "the client cannot go on") }
        let error = KafkaError(code, String(cString: rd_kafka_message_errstr(message)))
        if message.pointee.err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED {
            context.logger.warning("the group has given this member's partitions to others: \(error)")
        } else if code.isPassing || code.isOfRebalance {
            consumer?.client.watch.note(error)
        } else {
            throw ConnectorError(error, "Kafka refuses to go on")
        }
    }
}
