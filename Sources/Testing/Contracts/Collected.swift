import Synchronization

/// A list that several threads add to.
final class Collected<Value: Sendable>: Sendable {
    private let list = Mutex<[Value]>([])

    var values: [Value] { list.withLock { $0 } }

    func add(_ value: Value) {
        list.withLock { $0.append(value) }
    }
}
