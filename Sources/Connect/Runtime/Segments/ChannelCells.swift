/// The cells of a ring: a batch or a barrier in each.
struct ChannelCells<Element: Sendable>: ~Copyable, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: the memory belongs to this noncopyable value, which its ring guards by a lock.
    private let batches: UnsafeMutablePointer<Batch<Element>>
    private var barriers: [Bool]
    private var bytes: [Int]
    let count: Int

    init(count: Int) {
        self.count = max(1, count)
        batches = .allocate(capacity: self.count)
        for index in 0..<self.count { (batches + index).initialize(to: Batch(capacity: 0)) }
        barriers = Array(repeating: false, count: self.count)
        bytes = Array(repeating: 0, count: self.count)
    }

    deinit {
        batches.deinitialize(count: count)
        batches.deallocate()
    }

    mutating func put(_ batch: inout Batch<Element>, at number: Int, bytes size: Int) {
        let index = number % count
        swap(&batches[index], &batch)
        barriers[index] = false
        bytes[index] = size
    }

    mutating func putBarrier(at number: Int) {
        barriers[number % count] = true
        bytes[number % count] = 0
    }

    func isBarrier(_ number: Int) -> Bool { barriers[number % count] }

    /// What is in some cells.
    func load(of numbers: Range<Int>) -> SegmentLoad {
        numbers.reduce(into: SegmentLoad()) { load, number in
            let index = number % count
            if barriers[index] { return }
            load.events += batches[index].count
            load.bytes += batches[index].eventBytes(batches[index].count)
        }
    }

    mutating func takeBytes(_ number: Int) -> Int {
        defer { bytes[number % count] = 0 }
        return bytes[number % count]
    }

    /// Takes the first elements of a cell's batch.
    ///
    /// - Returns: whether the cell is empty now
    mutating func takeFirst(_ wanted: Int, of number: Int, into batch: inout Batch<Element>) -> Bool {
        let index = number % count
        if batches[index].count <= wanted {
            swap(&batches[index], &batch)
            return true
        }
        batches[index].moveFirst(wanted, into: &batch)
        return batches[index].isEmpty
    }
}
