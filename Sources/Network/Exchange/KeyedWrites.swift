import Connect

/// What a run has handed to a split by key: makes batches of it, each of elements that go to the same member, and ends it as
/// the batches end.
///
/// A batch takes elements of several writes, and leaves those between out that belong to others; so a write has ended when
/// the last of its elements has, in whatever batch that is.
struct KeyedWrites: OriginWrites {
    /// An element, by its write and its place in it.
    private struct Item {
        let write: UInt64
        let index: Int
    }

    private struct Record {
        let write: SplitWrite
        /// How many of its elements have not ended.
        var left: Int
    }

    /// The elements that wait for a batch of one member.
    private struct Lot {
        var items: [Item] = []
        var bytes = 0
    }

    private let limits: ExchangeLimits
    /// Which members take batches.
    private let places: [Int]
    private var records = NumberedQueue<Record>(first: 0)
    /// The first write whose elements are in no lot.
    private var waiting: UInt64 = 0
    private var lots: [Lot]
    private var turn = 0
    /// Of each batch that has not ended, what it is made of.
    private var batches = NumberedQueue<[Item]>(first: 0)
    private(set) var waitingBytes = 0

    init(_ limits: ExchangeLimits, places: [Int]) {
        self.limits = limits
        self.places = places
        lots = Array(repeating: Lot(), count: places.count)
    }

    var isEmpty: Bool { waiting == records.next && lots.allSatisfy(\.items.isEmpty) }

    mutating func append(_ write: SplitWrite, bytes: Int) {
        records.append(Record(write: write, left: write.elements.count))
        waitingBytes += bytes
    }

    mutating func makeBatch() -> OriginBatch? {
        deal()
        // A full one first; else none waits for more, so any will do, in turn.
        let order = lots.indices.map { (turn + $0) % lots.count }
        guard let lot = order.first(where: { isFull(lots[$0]) }) ?? order.first(where: { !lots[$0].items.isEmpty })
        else { return nil }
        turn = lot + 1
        var elements: [Bytes] = []
        var size = FrameEncoder.fragmentOverhead
        for item in lots[lot].items {
            let element = records[item.write].write.elements[item.index]
            let cost = ExchangeLimits.size(of: element)
            if elements.count == limits.batchCount || (!elements.isEmpty && size + cost > limits.frame) { break }
            elements.append(element)
            size += cost
            if size >= limits.batchBytes { break }
        }
        batches.append(Array(lots[lot].items.prefix(elements.count)))
        lots[lot].items.removeFirst(elements.count)
        lots[lot].bytes -= size - FrameEncoder.fragmentOverhead
        waitingBytes -= size - FrameEncoder.fragmentOverhead
        return OriginBatch(elements: elements, size: size, slot: places[lot])
    }

    private func isFull(_ lot: Lot) -> Bool { lot.bytes >= limits.batchBytes || lot.items.count >= limits.batchCount }

    /// Puts elements into the lots of their members, until one is full or nothing waits.
    private mutating func deal() {
        while waiting < records.next, !lots.contains(where: isFull) {
            let write = records[waiting].write
            for index in write.elements.indices {
                let lot = Int(write.hashes[index] % UInt64(lots.count))
                lots[lot].items.append(Item(write: waiting, index: index))
                lots[lot].bytes += ExchangeLimits.size(of: write.elements[index])
            }
            if write.elements.isEmpty { write.end() }
            waiting += 1
        }
    }

    mutating func end(below number: UInt64) {
        while batches.count > 0, batches.first < number {
            for item in batches[batches.first] { end(item) }
            batches.removeFirst()
        }
        while records.count > 0, records.first < waiting, records[records.first].left == 0 { records.removeFirst() }
    }

    private mutating func end(_ item: Item) {
        records[item.write].left -= 1
        if records[item.write].left == 0 { records[item.write].write.end() }
    }

    mutating func cut(at index: Int, byLimit: Bool) {
        if batches.count > 0 {
            let batch = batches[batches.first]
            for item in batch.prefix(index) { end(item) }
            batches[batches.first] = Array(batch.dropFirst(index))
        }
        // What is done without a gap ends here; what is done behind it comes again.
        let first = (records.first..<records.next).first { records[$0].left > 0 }
        if let first {
            var items: [Item] = lots.flatMap(\.items)
            for number in batches.first..<batches.next { items += batches[number] }
            let undone = first < waiting ? items.lazy.filter { $0.write == first }.map(\.index).min() : 0
            records[first].write.end(after: undone ?? 0, byLimit: byLimit)
        }
        records = NumberedQueue(first: records.next)
        waiting = records.next
        lots = Array(repeating: Lot(), count: places.count)
        batches = NumberedQueue(first: batches.next)
        waitingBytes = 0
    }
}
