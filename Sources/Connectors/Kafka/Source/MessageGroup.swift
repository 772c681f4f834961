import CConnectRDKafka
import Connect

/// The first messages of a list that make a batch together.
struct MessageGroup {
    /// How many messages there are.
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
        self.count = count
        byteCount = bytes
    }
}
