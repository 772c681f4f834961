import CConnectRDKafka
import Connect

/// Runs the transactions of a producer. Belongs to the sink's thread.
final class KafkaTransactions {
    private let producer: KafkaProducer
    private let scheduler: any Scheduler
    private let exchange: RunExchange
    private var machine: TransactionMachine
    private var positions: [Position] = []

    /// - Parameters:
    ///   - producer: a producer with a transactional id
    ///   - context: the run
    ///   - timeout: how long calls are tried again that may yet succeed
    init(_ producer: KafkaProducer, _ context: SinkContext, timeout: Duration) {
        self.producer = producer
        scheduler = context.scheduler
        exchange = context.exchange
        machine = TransactionMachine(timeout: timeout)
    }

    /// Makes the transaction ready to be written to.
    func open() throws {
        while let call = machine.callToOpen { try run(from: call) }
    }

    /// Commits what was written together with where the source goes on.
    func commit(_ positions: [Position]) throws {
        self.positions = positions
        try open()
        try run(from: .sendOffsets)
    }

    /// Has the brokers forget an open transaction, as far as they can be reached.
    func abandon() {
        guard machine.isOpen else { return }
        if let error = rd_kafka_abort_transaction(producer.client.pointer, 5_000) { rd_kafka_error_destroy(error) }
    }

    private func run(from first: TransactionMachine.Call) throws {
        var call = first
        var reason: KafkaError?
        while true {
            let (answer, error) = perform(call)
            reason = error ?? reason
            switch machine.step(after: call, answer, at: scheduler.now) {
            case .finished: return
            case .call(let next, let pause):
                call = next
                if pause > .zero { try producer.serve(timeout: pause.milliseconds) }
            case .rewind:
                throw TransactionAborted(reason: "\(reason.map { "\($0)" } ?? "the brokers")", cause: reason)
            case .fail:
                throw ConnectorError(
                    reason ?? KafkaError(KafkaErrorCode(RD_KAFKA_RESP_ERR__FAIL)),
                    "transactions cannot go on at \(call)")
            }
        }
    }

    private func perform(_ call: TransactionMachine.Call) -> (TransactionMachine.Answer, KafkaError?) {
        let client = producer.client.pointer
        let timeout: Int32 = 10_000
        switch call {
        case .initialize: return KafkaTransactions.answer(rd_kafka_init_transactions(client, timeout))
        case .begin: return KafkaTransactions.answer(rd_kafka_begin_transaction(client))
        case .commit: return KafkaTransactions.answer(rd_kafka_commit_transaction(client, timeout))
        case .abort: return KafkaTransactions.answer(rd_kafka_abort_transaction(client, timeout))
        case .sendOffsets: return sendOffsets(timeout)
        }
    }

    private func sendOffsets(_ timeout: Int32) -> (TransactionMachine.Answer, KafkaError?) {
        if positions.isEmpty { return (.done, nil) }
        guard let member = exchange.value(of: KafkaGroupMember.self),
            let metadata = rd_kafka_consumer_group_metadata(member.client.pointer)
        else { return (.other, KafkaError(KafkaErrorCode(RD_KAFKA_RESP_ERR_INVALID_GROUP_ID))) }
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        let list = PartitionList(
            positions.compactMap { position in
                TopicPartition(name: position.partition).map { (name: $0, offset: position.offset) }
            })
        return KafkaTransactions.answer(
            rd_kafka_send_offsets_to_transaction(producer.client.pointer, list.pointer, metadata, timeout))
    }

    private static func answer(_ error: OpaquePointer?) -> (TransactionMachine.Answer, KafkaError?) {
        guard let error else { return (.done, nil) }
        let answer: TransactionMachine.Answer =
            if rd_kafka_error_is_fatal(error) != 0 {
                .fatal
            } else if rd_kafka_error_txn_requires_abort(error) != 0 {
                .abortable
            } else if rd_kafka_error_is_retriable(error) != 0 {
                .retriable
            } else {
                .other
            }
        return (answer, KafkaError.taking(error))
    }
}

/// The consumer of a run, whose membership the sink's transactions name.
struct KafkaGroupMember: Sendable {
    let client: KafkaClient
}
