/// The latest of many hashes, up to a number.
struct RecentHashes {
    /// The most memory that one takes: 16 bytes in a list and in a table, either of which may be twice as large as
    /// needed, and a third where the table is moved to a larger one.
    static let bytesPerHash = 96

    private var known: Set<UInt128> = []
    private var order: [UInt128] = []
    private var next = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// - Returns: whether it was not there
    mutating func insert(_ hash: UInt128) -> Bool {
        guard known.insert(hash).inserted else { return false }
        if order.count < capacity {
            order.append(hash)
        } else {
            known.remove(order[next])
            order[next] = hash
            next = (next + 1) % capacity
        }
        return true
    }
}
