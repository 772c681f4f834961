import CConnectRDKafka
import Connect

/// Messages of one partition that stand together in a list, with consecutive offsets.
struct MessageRun {
    /// Where the run begins in the list, and behind which message it ends.
    let range: Range<Int>

    /// The messages from one on that belong together.
    ///
    /// - Parameters:
    ///   - messages: the list
    ///   - start: the first message, which is there
    ///   - limit: where to end at the latest
    init(_ messages: MessageList, from start: Int, below limit: Int) {
        var end = start + 1
        if let first = messages[start] {
            let (topic, partition) = (first.pointee.rkt, first.pointee.partition)
            var offset = first.pointee.offset + 1
            while end < limit, let message = messages[end], message.pointee.rkt == topic,
                message.pointee.partition == partition, message.pointee.offset == offset
            {
                end += 1
                offset += 1
            }
        }
        range = start..<end
    }
}
