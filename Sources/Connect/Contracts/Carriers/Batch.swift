/// A run of elements on their way through the stages: what is handed from stage to stage and from thread to thread.
///
/// A batch is bounded in elements, bytes and (by the source's polling) time. It has exactly one ack token and, once a
/// stage has dropped or multiplied elements, an origin per element: which element of the batch that the source made it
/// came from. Elements are moved, not copied. ``Bytes`` elements stand in one shared buffer, as a column.
///
/// A batch that is destroyed while it still has its token was dropped: its elements are not done.
public struct Batch<Element: Sendable>: ~Copyable, Sendable {
    @usableFromInline var storage: BatchStorage<Element>
    @usableFromInline var column: BytesColumn
    @usableFromInline var filled: Int
    @usableFromInline var originBase: Int
    @usableFromInline var hasOrigins: Bool
    @usableFromInline var token: AckToken?
    /// Event times in nanoseconds since the epoch, one per element; empty where the source gives none.
    @usableFromInline var eventTimes: [Int64]
    /// Whether the last element is the end of a text without a newline behind it.
    public var endsUnterminated: Bool

    /// An empty batch with room for elements.
    ///
    /// - Parameter capacity: how many elements fit; 0 ... 65,536
    @inlinable
    public init(capacity: Int) {
        storage = BatchStorage(capacity: capacity)
        column = BytesColumn(capacity: Element.self == Bytes.self ? capacity : 0)
        filled = 0
        originBase = 0
        hasOrigins = false
        token = nil
        eventTimes = []
        endsUnterminated = false
    }

    @inlinable
    deinit {
        if let token {
            if count > 0 { token.mark(.stop, at: origin(of: 0)) }
            token.release()
        }
        if Element.self != Bytes.self { storage.elements.deinitialize(count: count) }
    }

    /// How many elements there are.
    @inlinable
    public var count: Int { filled }

    /// How many elements fit.
    @inlinable
    public var capacity: Int { storage.capacity }

    /// Whether there are no elements.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The most bytes a batch takes before it counts as full.
    @inlinable
    public static var byteLimit: Int { 64 * 1024 }

    /// Whether nothing more should be appended: all places are taken, or as many bytes as a batch may hold.
    @inlinable
    public var isFull: Bool {
        count >= capacity || (Element.self == Bytes.self && column.byteCount >= Batch.byteLimit)
    }

    /// About how many bytes the elements take.
    public var byteCount: Int {
        Element.self == Bytes.self ? column.byteCount : count * MemoryLayout<Element>.stride
    }

    /// Which element of the source's batch an element came from.
    @inlinable
    func origin(of index: Int) -> Int {
        hasOrigins ? Int(storage.origins.unsafelyUnwrapped[index]) : originBase + index
    }

    /// An element, as a copy.
    ///
    /// - Parameter index: 0 ..< ``count``
    @inlinable
    public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "index out of range")
        if Element.self == Bytes.self { return unsafeBitCast(column.bytes(at: index), to: Element.self) }
        return storage.elements[index]
    }

    /// Looks at an element where it stands, without a copy of its own.
    ///
    /// - Parameters:
    ///   - index: 0 ..< ``count``
    ///   - body: gets the element
    /// - Returns: what `body` returns
    /// - Throws: what `body` throws
    @inlinable
    public borrowing func withElement<Result, Failure: Error>(
        at index: Int, _ body: (borrowing Element) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(index >= 0 && index < count, "index out of range")
        if Element.self == Bytes.self {
            return try body(unsafeBitCast(column.bytes(at: index), to: Element.self))
        }
        return try body(storage.elements[index])
    }

    /// Appends an element; there must be room (``isFull``).
    @inlinable
    public mutating func append(_ element: consuming Element) {
        precondition(count < capacity, "the batch is full")
        if Element.self == Bytes.self {
            column.append(unsafeBitCast(element, to: Bytes.self), at: count)
        } else {
            (storage.elements + count).initialize(to: element)
        }
        filled += 1
    }

    /// Appends an element that is made where it will stand; there must be room (``isFull``).
    ///
    /// - Parameter initialize: initializes the memory it is given; false leaves it as it is, and nothing is appended
    /// - Returns: whether there is an element more
    @inlinable
    mutating func append(initializing initialize: (UnsafeMutablePointer<Element>) -> Bool) -> Bool {
        precondition(count < capacity, "the batch is full")
        if Element.self == Bytes.self {
            // A column has no memory for one element.
            return withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { memory in
                guard let place = memory.baseAddress, initialize(place) else { return false }
                append(place.move())
                return true
            }
        }
        guard initialize(storage.elements + count) else { return false }
        filled += 1
        return true
    }

    /// Appends an element that came from an element of the input batch.
    ///
    /// - Parameters:
    ///   - element: what to append
    ///   - origin: the origin of that input element
    @inlinable
    mutating func append(_ element: consuming Element, origin: Int) {
        let index = count
        append(element)
        storage.originsAllocated()[index] = UInt16(truncatingIfNeeded: origin)
    }

    /// Takes an element out; the caller sees to it that each is taken once and sets the count.
    @inlinable
    mutating func moveElement(at index: Int) -> Element {
        if Element.self == Bytes.self { return unsafeBitCast(column.bytes(at: index), to: Element.self) }
        return (storage.elements + index).move()
    }

    /// Destroys a range of elements that are not going to be taken.
    @inlinable
    mutating func destroyElements(_ range: Range<Int>) {
        if Element.self != Bytes.self { (storage.elements + range.lowerBound).deinitialize(count: range.count) }
    }

    /// From now on each element has its own origin.
    @inlinable
    mutating func makeOriginsExplicit() {
        if hasOrigins { return }
        let origins = storage.originsAllocated()
        for index in 0..<count { origins[index] = UInt16(truncatingIfNeeded: originBase + index) }
        hasOrigins = true
    }

    /// Takes over how elements, one for one, relate to the source: origins, event times, the missing last newline.
    @inlinable
    mutating func inheritOrigins<Input>(from input: borrowing Batch<Input>, count: Int) {
        originBase = input.originBase
        hasOrigins = input.hasOrigins
        endsUnterminated = input.endsUnterminated
        if !input.eventTimes.isEmpty { eventTimes = input.eventTimes }
        // A flatMap that fails at once passes on an empty batch that has no room for origins yet.
        if input.hasOrigins, count > 0 {
            storage.originsAllocated().update(from: input.storage.origins.unsafelyUnwrapped, count: count)
        }
    }

    /// The token, which the batch then no longer has.
    @inlinable
    mutating func takeToken() -> AckToken? {
        let taken = token
        token = nil
        return taken
    }

    /// Forgets all elements after they were moved out, so that the storage can be used again. The token must be gone.
    @inlinable
    mutating func reset() {
        filled = 0
        originBase = 0
        hasOrigins = false
        endsUnterminated = false
        if !eventTimes.isEmpty { eventTimes = [] }
        if Element.self == Bytes.self { column.clear() }
    }

    /// Drops all elements; those that still have a token are not done.
    @inlinable
    mutating func clear() {
        if let token = takeToken() {
            if count > 0 { token.mark(.stop, at: origin(of: 0)) }
            token.release()
        }
        destroyElements(0..<count)
        reset()
    }

    /// Ends all elements as done: they have been delivered, or taken into a state that holds the token itself.
    mutating func acknowledge(_ status: AckStatus = .done) {
        if let token = takeToken() {
            if token.tracksElements { noteAll(status, token) }
            token.release()
        }
        destroyElements(0..<count)
        reset()
    }

    /// Tells a token that watches single elements how those of this batch ended.
    func noteAll(_ status: AckStatus, _ token: AckToken) {
        guard hasOrigins else {
            token.note(status, in: originBase..<(originBase + count))
            return
        }
        for index in 0..<count {
            let origin = origin(of: index)
            token.note(status, in: origin..<(origin + 1))
        }
    }

    /// The event time of an element; nil where the source gave none.
    public func eventTime(of index: Int) -> EventTime? {
        guard index >= 0, index < eventTimes.count, eventTimes[index] != .min else { return nil }
        return EventTime(nanosecondsSinceEpoch: eventTimes[index])
    }

    /// Makes sure that a batch has at least this room, for a slot that is used again and again.
    @inlinable
    mutating func ensureCapacity(_ needed: Int) {
        if capacity < needed { self = Batch(capacity: needed) }
    }
}
