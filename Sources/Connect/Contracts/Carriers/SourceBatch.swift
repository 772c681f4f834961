/// A batch that a reader or splitter fills, with the positions of its elements.
public struct SourceBatch<Element: Sendable>: ~Copyable {
    @usableFromInline var batch: Batch<Element>
    @usableFromInline var runs: [PositionRun]
    /// How many elements are wanted at most.
    public internal(set) var limit: Int

    init(capacity: Int) {
        batch = Batch(capacity: capacity)
        runs = []
        limit = capacity
    }

    /// How many elements there are.
    @inlinable
    public var count: Int { batch.count }

    /// Whether as many elements or bytes are there as are wanted.
    @inlinable
    public var isFull: Bool { batch.count >= limit || batch.isFull }

    /// How many more elements are wanted.
    @inlinable
    public var room: Int { limit - batch.count }

    /// Appends an element of a partition whose elements are numbered one by one.
    ///
    /// - Parameters:
    ///   - element: the element
    ///   - partition: its partition
    ///   - offset: its own number; reading goes on behind it at `offset + 1`
    @inlinable
    public mutating func append(_ element: consuming Element, partition: PartitionID, offset: Int64) {
        batch.append(element)
        batch.endsUnterminated = false
        noteNumbered(partition, offset, count: 1)
    }

    /// Appends an element of a stream.
    ///
    /// - Parameters:
    ///   - element: the element
    ///   - partition: its partition
    ///   - next: where reading goes on behind it
    @inlinable
    public mutating func append(_ element: consuming Element, partition: PartitionID, next: Int64) {
        batch.append(element)
        batch.endsUnterminated = false
        noteNext(partition, next)
    }

    /// Appends elements of a partition whose elements are numbered one by one, as many as are wanted.
    ///
    /// - Parameters:
    ///   - elements: where they come from
    ///   - partition: their partition
    ///   - offset: the number of the first
    /// - Returns: how many were appended: fewer than wanted only where the iterator has ended
    @inlinable
    @discardableResult
    public mutating func append<Elements: IteratorProtocol>(
        from elements: inout Elements, partition: PartitionID, offset: Int64
    ) -> Int where Elements.Element == Element {
        let before = batch.count
        while !isFull, let element = elements.next() { batch.append(element) }
        let added = batch.count - before
        if added > 0 {
            batch.endsUnterminated = false
            noteNumbered(partition, offset, count: added)
        }
        return added
    }

    /// Appends elements of a partition whose elements are numbered one by one, with their event times. Each is made where
    /// it will stand, so that large ones are not copied.
    ///
    /// - Parameters:
    ///   - count: how many, at most ``room``
    ///   - partition: their partition
    ///   - offset: the number of the first
    ///   - initialize: initializes the memory it is given with the element of a place, counted from 0, and sets its
    ///     time, if it has one; false leaves the memory as it is and ends it
    /// - Returns: how many were appended
    @inlinable
    @discardableResult
    public mutating func append(
        _ count: Int, partition: PartitionID, offset: Int64,
        initializing initialize: (_ memory: UnsafeMutablePointer<Element>, Int, _ time: inout EventTime?) -> Bool
    ) -> Int {
        let first = batch.count
        for index in 0..<max(0, count) {
            var time: EventTime?
            guard batch.append(initializing: { initialize($0, index, &time) }) else { break }
            guard let time else { continue }
            let missing = first + index - batch.eventTimes.count
            if missing > 0 { batch.eventTimes.append(contentsOf: repeatElement(.min, count: missing)) }
            batch.eventTimes.append(time.nanosecondsSinceEpoch)
        }
        let added = batch.count - first
        if added > 0 {
            batch.endsUnterminated = false
            noteNumbered(partition, offset, count: added)
        }
        return added
    }

    /// Notes that the element appended last is the end of a text without a newline behind it; forgotten when another
    /// element follows in the batch.
    public mutating func markUnterminated() {
        batch.endsUnterminated = batch.count > 0
    }

    /// Sets the event time of the element appended last.
    public mutating func setEventTime(_ time: EventTime) {
        let missing = batch.count - 1 - batch.eventTimes.count
        if missing > 0 { batch.eventTimes.append(contentsOf: repeatElement(.min, count: missing)) }
        batch.eventTimes.append(time.nanosecondsSinceEpoch)
    }

    /// Notes that a partition has come to its end, at a position.
    public mutating func complete(_ partition: PartitionID, at offset: Int64) {
        runs.append(
            PositionRun(
                partition: partition, start: batch.count, end: batch.count, steps: .numbered(offset), isComplete: true))
    }

    @inlinable
    mutating func noteNumbered(_ partition: PartitionID, _ offset: Int64, count added: Int) {
        let end = batch.count
        if let last = runs.indices.last, runs[last].continues(partition, offset, at: end - added) {
            runs[last].end = end
            return
        }
        runs.append(PositionRun(partition: partition, start: end - added, end: end, steps: .numbered(offset)))
    }

    @usableFromInline
    mutating func noteNext(_ partition: PartitionID, _ next: Int64) {
        let end = batch.count
        if let last = runs.indices.last, runs[last].partition == partition, runs[last].append(next) {
            runs[last].end = end
            return
        }
        runs.append(PositionRun(partition: partition, start: end - 1, end: end, steps: .streamed(next, [0])))
    }

    /// Appends positions of many elements of a stream at once, after they were put into the batch.
    @usableFromInline
    mutating func noteStream(_ partition: PartitionID, start: Int, base: Int64, steps: [UInt32]) {
        // Streams that trickle would otherwise leave a run per element.
        if steps.count <= 64, let last = runs.indices.last, runs[last].partition == partition, runs[last].end == start,
            runs[last].append(steps, base: base)
        {
            runs[last].end = start + steps.count
            return
        }
        runs.append(
            PositionRun(partition: partition, start: start, end: start + steps.count, steps: .streamed(base, steps)))
    }
}

/// Elements of one partition that stand together in a batch, with their positions.
@usableFromInline
struct PositionRun: Sendable {
    @usableFromInline
    enum Steps: Sendable {
        /// Numbered one by one, from the number of the first.
        case numbered(Int64)
        /// Where reading goes on behind each element: a base and a distance from it per element.
        case streamed(Int64, [UInt32])
    }

    @usableFromInline var partition: PartitionID
    @usableFromInline var start: Int
    @usableFromInline var end: Int
    @usableFromInline var steps: Steps
    @usableFromInline var isComplete = false

    @usableFromInline
    init(partition: PartitionID, start: Int, end: Int, steps: Steps, isComplete: Bool = false) {
        self.partition = partition
        self.start = start
        self.end = end
        self.steps = steps
        self.isComplete = isComplete
    }

    /// Where reading goes on when the elements below an index are done; nil where none of the run is below it.
    func position(below index: Int) -> Int64? {
        if start == end { return index >= start ? firstPosition : nil }
        guard index > start else { return nil }
        let done = min(index, end) - start
        switch steps {
        case .numbered(let first): return first + Int64(done)
        case .streamed(let base, let distances): return base + Int64(distances[done - 1])
        }
    }

    /// The place of one element: its own number, or for streams where reading goes on behind it.
    func elementPosition(at index: Int) -> Int64 {
        switch steps {
        case .numbered(let first): first + Int64(index - start)
        case .streamed(let base, let distances): base + Int64(distances[index - start])
        }
    }

    private var firstPosition: Int64 {
        switch steps {
        case .numbered(let first): first
        case .streamed(let base, _): base
        }
    }

    @inlinable
    func continues(_ other: PartitionID, _ offset: Int64, at index: Int) -> Bool {
        guard case .numbered(let first) = steps, other == partition, !isComplete else { return false }
        return end == index && first + Int64(end - start) == offset
    }

    mutating func append(_ next: Int64) -> Bool {
        guard case .streamed(let base, var distances) = steps, !isComplete, next >= base,
            next - base < Int64(UInt32.max)
        else { return false }
        steps = .streamed(base, [])  // so that the array is not copied
        distances.append(UInt32(next - base))
        steps = .streamed(base, distances)
        return true
    }

    mutating func append(_ added: [UInt32], base next: Int64) -> Bool {
        guard case .streamed(let base, var distances) = steps, !isComplete, next >= base,
            next - base + Int64(added.last ?? 0) < Int64(UInt32.max)
        else { return false }
        steps = .streamed(base, [])  // so that the array is not copied
        let shift = UInt32(next - base)
        for distance in added { distances.append(distance + shift) }
        steps = .streamed(base, distances)
        return true
    }
}
