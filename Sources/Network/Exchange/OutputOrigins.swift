/// Of which elements of their batch outputs were made, for as long as somebody may say that only so many of them are done.
struct OutputOrigins {
    private struct Batch {
        let number: UInt64
        /// Of each output, the element it was made of; empty where that was forgotten.
        var indices: [UInt16] = []
        var hasEnded = false
    }

    private let limit: Int
    private var batches = NumberedQueue<Batch>(first: 0)
    private var places: [UInt64: UInt64] = [:]
    private var bytes = 0
    /// The first place of which anything is known.
    private var known: UInt64 = 0

    /// Nothing yet.
    ///
    /// - Parameter limit: how many bytes it may take; beyond that the oldest are forgotten
    init(limit: Int) {
        self.limit = limit
    }

    /// Begins the next batch.
    mutating func begin(_ number: UInt64) {
        places[number] = batches.next
        batches.append(Batch(number: number))
    }

    /// Notes an output of the batch that began last.
    mutating func append(_ index: UInt16) {
        guard batches.count > 0 else { return }
        batches[batches.next - 1].indices.append(index)
        bytes += 2
        known = max(known, batches.first)
        while bytes > limit, known + 1 < batches.next {
            clear(known)
            known += 1
        }
    }

    private mutating func clear(_ place: UInt64) {
        bytes -= 2 * batches[place].indices.count
        batches[place].indices = []
    }

    /// Batches have ended.
    ///
    /// - Parameter numbers: those of them that are here
    mutating func forget(_ numbers: ClosedRange<UInt64>) {
        if numbers.count == 1 {
            end(places[numbers.lowerBound])
        } else {
            for place in batches.first..<batches.next where numbers.contains(batches[place].number) { end(place) }
        }
        while batches.count > 0, batches[batches.first].hasEnded { batches.removeFirst() }
    }

    private mutating func end(_ place: UInt64?) {
        guard let place, batches.contains(place) else { return }
        clear(place)
        batches[place].hasEnded = true
        places[batches[place].number] = nil
    }

    /// How many elements of a batch are done when only so many of its outputs are.
    ///
    /// - Parameters:
    ///   - number: the batch
    ///   - count: how many outputs
    ///   - byLimit: whether a limit let the last of them through, which then counts; else the next one failed
    /// - Returns: how many; 0 where it is not known any more
    func elements(of number: UInt64, below count: Int, byLimit: Bool) -> UInt32 {
        guard let place = places[number], batches.contains(place) else { return 0 }
        let indices = batches[place].indices
        if byLimit { return count > 0 && count <= indices.count ? UInt32(indices[count - 1]) + 1 : 0 }
        if count < indices.count { return UInt32(indices[count]) }
        return count == indices.count ? indices.last.map { UInt32($0) + 1 } ?? 0 : 0
    }
}
