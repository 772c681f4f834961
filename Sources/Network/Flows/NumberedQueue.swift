import DequeModule

/// Values with numbers one after the other; new ones come at the end, old ones leave at the front.
struct NumberedQueue<Value: Sendable>: Sendable {
    private var values = Deque<Value>()
    /// The number of the first value, or of the next one where there is none.
    private(set) var first: UInt64

    init(first: UInt64) {
        self.first = first
    }

    var count: Int { values.count }

    /// The number that the next value gets.
    var next: UInt64 { first + UInt64(count) }

    func contains(_ number: UInt64) -> Bool { number >= first && number < next }

    subscript(number: UInt64) -> Value {
        get { values[Int(number - first)] }
        // In place: what a value holds is not copied when it is changed.
        _modify { yield &values[Int(number - first)] }
    }

    mutating func append(_ value: Value) {
        values.append(value)
    }

    mutating func removeFirst() {
        first += 1
        values.removeFirst()
    }
}
