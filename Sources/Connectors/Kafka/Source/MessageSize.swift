/// How many messages to ask the client for: about as many as make a batch, so that large ones do not pile up.
struct MessageSize {
    /// How many bytes of messages are taken at a time.
    static let batchBytes = 256 << 10
    /// How many messages are taken at a time: with what the client notes of them, they are to stand in the processor's
    /// cache while they are gone through.
    static let batchCount = 512

    private var average = 0

    func wanted(atMost room: Int) -> Int {
        max(1, min(room, MessageSize.batchCount, average == 0 ? 256 : MessageSize.batchBytes / max(1, average)))
    }

    mutating func note(bytes: Int, of count: Int) {
        let latest = bytes / max(1, count)
        average = average == 0 ? latest : (3 * average + latest) / 4
    }
}
