import CConnectRDKafka
import Connect

/// Messages without headers and times, for the client's call that takes many at once. They point into the elements,
/// which must live until the call has returned.
final class PlainMessages {
    private let capacity: Int
    let room: UnsafeMutablePointer<rd_kafka_message_t>
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        room = .allocate(capacity: capacity)
        room.initialize(repeating: rd_kafka_message_t(), count: capacity)
    }

    deinit {
        room.deallocate()
    }

    var isFull: Bool { count == capacity }

    var isEmpty: Bool { count == 0 }

    func begin() {
        count = 0
    }

    func add(_ element: borrowing KeyValue, tag: PendingBatches.Tag) {
        let message = room + count
        message.pointee.err = RD_KAFKA_RESP_ERR_NO_ERROR
        message.pointee._private = UnsafeMutableRawPointer(bitPattern: tag.word)
        element.withUnsafeBytes { key, value in
            (message.pointee.key, message.pointee.key_len) = PlainMessages.memory(of: key)
            (message.pointee.payload, message.pointee.len) = PlainMessages.memory(of: value)
        }
        count += 1
    }

    /// Where bytes stand, for the client; no bytes are not the same as none.
    static func memory(of bytes: UnsafeRawBufferPointer?) -> (UnsafeMutableRawPointer?, Int) {
        (bytes.map { UnsafeMutableRawPointer(mutating: $0.baseAddress) } ?? nil, bytes?.count ?? 0)
    }
}
