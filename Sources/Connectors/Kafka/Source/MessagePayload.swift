import CConnectRDKafka
import Connect

/// Turns messages into elements. Their keys and values are copied into one buffer, one behind the other, which is free
/// with the last of them; the client's memory goes back at once.
struct MessagePayload {
    /// A message that cannot be read.
    struct Failure {
        var topic: OpaquePointer?
        var partition: Int32
        var offset: Int64
    }

    private let bytes: Bytes
    private let memory: UnsafeMutableRawBufferPointer
    private let keepsHeaders: Bool
    private var end = 0
    /// The first message that has a header whose name is not UTF-8.
    private(set) var failure: Failure?

    /// A payload without elements yet.
    ///
    /// - Parameters:
    ///   - buffer: written to by nobody else, with room for all keys and values
    ///   - keepsHeaders: whether elements have the messages' headers
    init(_ buffer: BytesBuffer, keepsHeaders: Bool) {
        (bytes, memory) = buffer.opened()
        self.keepsHeaders = keepsHeaders
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
        if keepsHeaders, rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers {
            decoded = MessagePayload.decoded(headers)
            if decoded == nil {
                failure = Failure(
                    topic: message.pointee.rkt, partition: message.pointee.partition, offset: message.pointee.offset)
                return false
            }
        }
        // No bytes are not the same as none.
        let key = append(message.pointee.key, message.pointee.key_len)
        let value = append(message.pointee.payload, message.pointee.len)
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &type)
        if type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE { time = EventTime(millisecondsSinceEpoch: milliseconds) }
        memory.initialize(to: KeyValue(in: bytes, key: key, value: value, timestamp: time))
        if let decoded { memory.pointee.headers = decoded }
        return true
    }

    /// Copies bytes behind those that are there.
    private mutating func append(_ source: UnsafeMutableRawPointer?, _ count: Int) -> Range<Int>? {
        guard let source else { return nil }
        precondition(count <= memory.count - end, "messages do not change")
        defer { end += count }
        if count > 0 { memory.baseAddress.map { ($0 + end).copyMemory(from: source, byteCount: count) } }
        return end..<(end + count)
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
