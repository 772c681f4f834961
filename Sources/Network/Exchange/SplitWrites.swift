import Connect

/// What a run has handed to a split that deals batches out in turn.
struct SplitWrites: OriginWrites {
    /// Elements of one write that stand together in one batch.
    private struct Part {
        let write: SplitWrite
        /// Its first element in the write.
        let start: Int
        let count: Int
        /// Whether it holds the last element of the write.
        let isLast: Bool
    }

    private let limits: ExchangeLimits
    private var waiting = NumberedQueue<SplitWrite>(first: 0)
    /// How many elements of the first one that waits are in batches.
    private var begun = 0
    /// Of each batch that has not ended, what it is made of.
    private var batches = NumberedQueue<[Part]>(first: 0)
    private(set) var waitingBytes = 0

    init(_ limits: ExchangeLimits) {
        self.limits = limits
    }

    var isEmpty: Bool { waiting.count == 0 }

    mutating func append(_ write: SplitWrite, bytes: Int) {
        waiting.append(write)
        waitingBytes += bytes
    }

    // Of several writes, if they had to wait.
    mutating func makeBatch() -> OriginBatch? {
        guard !isEmpty else { return nil }
        var elements: [Bytes] = []
        var size = FrameEncoder.fragmentOverhead
        var parts: [Part] = []
        while waiting.count > 0, size < limits.batchBytes, elements.count < limits.batchCount {
            let write = waiting[waiting.first]
            let start = begun
            while begun < write.elements.count, size < limits.batchBytes, elements.count < limits.batchCount {
                let element = write.elements[begun]
                let cost = ExchangeLimits.size(of: element)
                if size + cost > limits.frame, !elements.isEmpty { break }
                elements.append(element)
                size += cost
                begun += 1
            }
            let isLast = begun == write.elements.count
            if begun > start { parts.append(Part(write: write, start: start, count: begun - start, isLast: isLast)) }
            if !isLast { break }
            waiting.removeFirst()
            begun = 0
        }
        waitingBytes -= size - FrameEncoder.fragmentOverhead
        batches.append(parts)
        return OriginBatch(elements: elements, size: size)
    }

    mutating func end(below number: UInt64) {
        while batches.count > 0, batches.first < number {
            for part in batches[batches.first] where part.isLast { part.write.end() }
            batches.removeFirst()
        }
    }

    mutating func cut(at index: Int, byLimit: Bool) {
        var left = index
        if batches.count > 0 {
            // The element before the cut counts where a limit let it through: so a cut at a border belongs to the part before.
            for part in batches[batches.first] {
                guard left <= part.count else {
                    left -= part.count
                    if part.isLast { part.write.end() }
                    continue
                }
                if left == part.count, part.isLast {
                    part.write.end()
                    left = 0
                } else {
                    part.write.end(after: part.start + left, byLimit: byLimit)
                    break
                }
            }
        }
        batches = NumberedQueue(first: batches.next)
        waiting = NumberedQueue(first: 0)
        begun = 0
        waitingBytes = 0
    }
}
