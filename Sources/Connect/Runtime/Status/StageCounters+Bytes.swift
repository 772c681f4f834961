import Synchronization

/// The bytes of elements: as many as the type takes, or what was counted where each element has its own number.
extension StageCounters {
    /// The bytes of what came in, where it is of a type.
    func countedBytes(received type: ElementType?) -> Int {
        bytes(of: type, received, receivedBytes)
    }

    /// The bytes of what went out, where it is of a type.
    func countedBytes(sent type: ElementType?) -> Int {
        bytes(of: type, sent, sentBytes)
    }

    private func bytes(of type: ElementType?, _ events: borrowing Atomic<Int>, _ counted: borrowing Atomic<Int>) -> Int
    {
        func width<Element: Sendable>(_ type: Element.Type) -> Int? {
            Batch<Element>.hasPayload ? nil : MemoryLayout<Element>.stride
        }
        guard let type, let width = width(type.type) else { return counted.load(ordering: .relaxed) }
        return events.load(ordering: .relaxed) * width
    }
}
