import CConnectRDKafka
import Connect

/// Turns the first messages of a list into elements. Their keys and values are copied into one buffer, which is freed
/// with the last of them; the client's memory goes back at once.
struct MessageDecoder {
    private let messages: MessageList
    /// How many messages are turned.
    let count: Int
    /// How many bytes their keys and values have.
    let byteCount: Int

    /// Looks at what a batch may take: up to its room, its bytes, or an error in the place of a message.
    init(_ messages: MessageList, atMost room: Int) {
        var count = 0
        var bytes = 0
        let most = min(messages.count, room)
        while count < most, bytes < MessageSize.batchBytes, let message = messages[count],
            message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR
        {
            bytes += message.pointee.key_len + message.pointee.len
            count += 1
        }
        self.messages = messages
        self.count = count
        byteCount = bytes
    }

    /// Copies keys and values.
    func payload() -> MessagePayload {
        MessagePayload(
            bytes: BytesBuffer.filled(capacity: byteCount) { memory in
                guard var target = memory.baseAddress else { return 0 }
                for index in 0..<count {
                    guard let message = messages[index] else { continue }
                    if let key = message.pointee.key, message.pointee.key_len > 0 {
                        target.copyMemory(from: key, byteCount: message.pointee.key_len)
                        target += message.pointee.key_len
                    }
                    if let value = message.pointee.payload, message.pointee.len > 0 {
                        target.copyMemory(from: value, byteCount: message.pointee.len)
                        target += message.pointee.len
                    }
                }
                return byteCount
            })
    }
}

/// The keys and values of messages, one behind the other.
struct MessagePayload {
    /// A message that cannot be read.
    struct Failure {
        var topic: OpaquePointer?
        var partition: Int32
        var offset: Int64
    }

    let bytes: Bytes
    private var offset = 0
    /// The first message that has a header whose name is not UTF-8.
    private(set) var failure: Failure?

    init(bytes: Bytes) {
        self.bytes = bytes
    }

    /// Makes the element of the next message.
    ///
    /// - Parameters:
    ///   - message: the message
    ///   - memory: where the element is put
    ///   - time: set to the message's, where it has one
    /// - Returns: false where it cannot be read
    mutating func next(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, into memory: UnsafeMutablePointer<KeyValue>,
        _ time: inout EventTime?
    ) -> Bool {
        var headers: OpaquePointer?
        var decoded: [KeyValue.Header]?
        if rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers {
            decoded = MessagePayload.decoded(headers)
            if decoded == nil {
                failure = Failure(
                    topic: message.pointee.rkt, partition: message.pointee.partition, offset: message.pointee.offset)
                return false
            }
        }
        // No bytes are not the same as none.
        let key = message.pointee.key == nil ? nil : take(message.pointee.key_len)
        let value = message.pointee.payload == nil ? nil : take(message.pointee.len)
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &type)
        if type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE { time = EventTime(millisecondsSinceEpoch: milliseconds) }
        memory.initialize(to: KeyValue(in: bytes, key: key, value: value, timestamp: time))
        if let decoded { memory.pointee.headers = decoded }
        return true
    }

    /// Passes messages by that nobody wants.
    mutating func skip(_ range: Range<Int>, of messages: MessageList) {
        for index in range {
            guard let message = messages[index] else { continue }
            offset += message.pointee.key_len + message.pointee.len
        }
    }

    private mutating func take(_ count: Int) -> Range<Int> {
        defer { offset += count }
        return offset..<(offset + count)
    }

    /// The headers in their order; nil where a name is not UTF-8.
    private static func decoded(_ headers: OpaquePointer) -> [KeyValue.Header]? {
        var result: [KeyValue.Header] = []
        result.reserveCapacity(rd_kafka_header_cnt(headers))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(headers, result.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard let name, let text = String(validatingCString: name) else { return nil }
            let bytes = value.map { Bytes(copying: UnsafeRawBufferPointer(start: $0, count: size)) }
            result.append(KeyValue.Header(text, bytes))
        }
        return result
    }
}
