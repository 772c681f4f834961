import ConnectTesting

/// One connection: what is sent in a direction arrives in that order, some time later, or never where it is cut.
struct SimulatedLink: Sendable {
    /// How long things take at most.
    let slowness: Int
    var isUp = true
    /// Grows with every cut: what was sent before does not arrive.
    var age = 0
    private var lastArrivals = [0, 0]

    init(slowness: Int) {
        self.slowness = slowness
    }

    /// When something that is sent now arrives.
    mutating func arrival(now: Int, direction: Int, _ numbers: inout SplitMix) -> Int {
        lastArrivals[direction] = max(lastArrivals[direction], now + 1 + Int.random(in: 0...slowness, using: &numbers))
        return lastArrivals[direction]
    }

    mutating func cut() {
        isUp = false
        age += 1
    }
}

/// Things to do at times; those of the same time in the order in which they were put in.
struct EventQueue {
    private struct Event {
        let time: Int
        let order: Int
        let body: () -> Void
    }

    private var heap: [Event] = []
    private var order = 0

    mutating func add(at time: Int, _ body: @escaping () -> Void) {
        order += 1
        heap.append(Event(time: time, order: order, body: body))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (time: Int, body: () -> Void)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            if least == parent { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.time, first.body)
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].time, heap[left].order) < (heap[right].time, heap[right].order)
    }
}
