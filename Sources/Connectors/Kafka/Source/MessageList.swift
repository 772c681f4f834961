import CConnectRDKafka

/// Messages of the client that have not been turned into elements yet. Belongs to the source's thread.
final class MessageList {
    private let room: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private let capacity: Int
    private var next = 0
    private var end = 0

    init(capacity: Int) {
        self.capacity = capacity
        room = .allocate(capacity: capacity)
        room.initialize(repeating: nil, count: capacity)
    }

    deinit {
        drop { _ in true }
        room.deallocate()
    }

    var count: Int { end - next }

    var isEmpty: Bool { next == end }

    /// Lets the client put messages in. The list must be empty.
    ///
    /// - Parameters:
    ///   - count: how many at most
    ///   - body: fills the room it is given and returns how many messages came, below 0 for a failure
    func fill(upTo count: Int, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>, Int) -> Int) {
        next = 0
        end = max(0, body(room, min(count, capacity)))
    }

    /// Lets the client add messages behind those that are there.
    func add(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>, Int) -> Int) {
        if next > 0 {
            for index in next..<end { room[index - next] = room[index] }
            (next, end) = (0, end - next)
        }
        guard end < capacity else { return }
        end += max(0, body(room + end, capacity - end))
    }

    /// The message at a place, counted from the first that is left.
    subscript(index: Int) -> UnsafeMutablePointer<rd_kafka_message_t>? { room[next + index] }

    /// Gives the first messages back to the client.
    func removeFirst(_ count: Int) {
        for index in next..<(next + count) {
            rd_kafka_message_destroy(room[index])
            room[index] = nil
        }
        next += count
    }

    /// Gives those messages back to the client that are not wanted any more.
    func drop(where isUnwanted: (UnsafeMutablePointer<rd_kafka_message_t>) -> Bool) {
        var kept = next
        for index in next..<end {
            guard let message = room[index] else { continue }
            if isUnwanted(message) {
                rd_kafka_message_destroy(message)
            } else {
                room[kept] = message
                kept += 1
            }
        }
        end = kept
    }
}
