import CConnectRDKafka
import Synchronization

/// Changes of the group's shares that the client has told of, in order.
final class AssignmentChanges: Sendable {
    /// A change.
    struct Change: Sendable, Hashable {
        /// Whether partitions are given; else they are taken away.
        var isAssignment: Bool
        var partitions: [TopicPartition]
    }

    private struct State: Sendable {
        var waiting: [Change] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let count = Atomic<Int>(0)

    var isWaiting: Bool { count.load(ordering: .relaxed) > 0 }

    func next() -> Change? {
        state.withLock { state in
            if state.waiting.isEmpty { return nil }
            count.subtract(1, ordering: .relaxed)
            return state.waiting.removeFirst()
        }
    }

    /// Nothing is read any more: what the group takes away is given up at once.
    ///
    /// - Returns: the changes that are still to be carried out, since the client waits for them
    func close() -> [Change] {
        state.withLock { state in
            state.isClosed = true
            count.store(0, ordering: .relaxed)
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Called by the client, on the thread that polls it.
    func note(
        _ code: rd_kafka_resp_err_t, _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>,
        of client: OpaquePointer?
    ) {
        let isAssignment = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        let isClosed = state.withLock { state in
            if state.isClosed { return true }
            let names = PartitionList.entries(of: partitions).map(\.name)
            state.waiting.append(Change(isAssignment: isAssignment, partitions: names))
            count.add(1, ordering: .relaxed)
            return false
        }
        if isClosed { AssignmentChanges.giveUp(partitions, of: client) }
    }

    private static func giveUp(
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>, of client: OpaquePointer?
    ) {
        if rd_kafka_rebalance_protocol(client).map({ String(cString: $0) }) == "COOPERATIVE" {
            if let error = rd_kafka_incremental_unassign(client, partitions) { rd_kafka_error_destroy(error) }
        } else {
            rd_kafka_assign(client, nil)
        }
    }
}
