/// Numbers of a program in memory of their own: readers go through them by address, so that nothing is counted.
struct AvroTable<Element: Sendable>: ~Copyable, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: the memory is written by `init` only, and freed when nobody has the table any more.

    /// Where they begin; valid as long as the table.
    let base: UnsafePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(1, elements.count))
        _ = memory.initialize(from: elements)
        base = UnsafePointer(memory.baseAddress.unsafelyUnwrapped)
        count = elements.count
    }

    deinit {
        let memory = UnsafeMutablePointer(mutating: base)
        memory.deinitialize(count: count)
        memory.deallocate()
    }

    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "index out of range")
        return base[index]
    }
}
