import Connect

/// What a merge has passed on of one origin, counted element by element, and which batches that is: turns how far the run
/// behind the merge has come into what became of batches.
struct PassedBatches {
    /// Elements of one batch that were passed on together.
    private struct Stretch {
        let number: UInt64
        /// How many elements of the batch stand before.
        let first: Int
        /// Behind which element of the count it ends.
        let end: Int64
        let isLast: Bool
        let start: Int64
    }

    private var stretches = NumberedQueue<Stretch>(first: 0)
    /// How many elements were passed on.
    private(set) var count: Int64 = 0
    /// How many of them are done.
    private(set) var done: Int64 = 0
    /// All batches below are done.
    private(set) var firstUndone: UInt64 = 0
    /// Batches that are done though one before them is not.
    private var ahead: Set<UInt64> = []
    /// How far the batch has come of which a part was done last.
    private var begun: (number: UInt64, index: Int)?

    /// Notes what was passed on.
    mutating func append(_ delivery: MergeDelivery<Bytes>) {
        let start = count
        count += Int64(delivery.elements.count)
        stretches.append(
            Stretch(
                number: delivery.number, first: delivery.first, end: count, isLast: delivery.isLast, start: start))
    }

    /// Notes how many elements are done.
    mutating func finish(below count: Int64) {
        done = max(done, count)
    }

    /// Takes a batch that is done, with all before it.
    ///
    /// - Parameter isLimited: whether a limit may have ended it at the last element that is done: whether the rest of its
    ///   batch is wanted is then not known
    /// - Returns: nil where there is none
    mutating func nextDone(isLimited: Bool) -> UInt64? {
        while stretches.count > 0 {
            let stretch = stretches[stretches.first]
            guard stretch.end < done || stretch.end == done && !isLimited else { return nil }
            stretches.removeFirst()
            begun = stretch.isLast ? nil : (stretch.number, stretch.first + Int(stretch.end - stretch.start))
            guard stretch.isLast else { continue }
            ahead.insert(stretch.number)
            while ahead.remove(firstUndone) != nil { firstUndone += 1 }
            return stretch.number
        }
        return nil
    }

    /// Where a run has ended before everything was passed on.
    ///
    /// - Parameter isFailed: whether the next element has failed, so that what yielded nothing before it counts
    /// - Returns: the first batch that is not done, and how many of its elements are; nil where none of them is, except that
    ///   the first of them has failed
    func end(isFailed: Bool = false) -> (number: UInt64, index: Int)? {
        var reached = begun
        if stretches.count > 0 {
            let stretch = stretches[stretches.first]
            if stretch.start < done || isFailed && begun == nil {
                reached = (stretch.number, stretch.first + Int(max(done - stretch.start, 0)))
            }
        }
        return reached.flatMap { $0.number == firstUndone ? $0 : nil }
    }
}
