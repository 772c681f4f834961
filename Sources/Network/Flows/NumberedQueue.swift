/// Values with numbers one after the other; new ones come at the end, old ones leave at the front.
struct NumberedQueue<Value: Sendable>: Sendable {
    private var values: [Value] = []
    private var head = 0
    /// The number of the first value, or of the next one where there is none.
    private(set) var first: UInt64

    init(first: UInt64) {
        self.first = first
    }

    var count: Int { values.count - head }

    /// The number that the next value gets.
    var next: UInt64 { first + UInt64(count) }

    func contains(_ number: UInt64) -> Bool { number >= first && number < next }

    subscript(number: UInt64) -> Value {
        get { values[head + Int(number - first)] }
        set { values[head + Int(number - first)] = newValue }
    }

    mutating func append(_ value: Value) {
        values.append(value)
    }

    mutating func removeFirst() {
        head += 1
        first += 1
        // Moving what is left only when half is gone costs each value one move.
        if head >= 64, head * 2 >= values.count {
            values.removeFirst(head)
            head = 0
        }
    }
}
