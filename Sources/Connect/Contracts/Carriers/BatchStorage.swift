/// The memory of one batch: room for elements and, once needed, for their origins.
///
/// Who owns the batch initializes and deinitializes the elements; the storage only allocates and frees.
@usableFromInline
struct BatchStorage<Element: Sendable>: ~Copyable, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: the pointers belong to exactly one batch, which is noncopyable and holds
    // Sendable elements; handing it to another thread hands over the memory as a whole.
    @usableFromInline let elements: UnsafeMutablePointer<Element>
    @usableFromInline var origins: UnsafeMutablePointer<UInt16>?
    @usableFromInline let capacity: Int

    @inlinable
    init(capacity: Int) {
        self.capacity = capacity
        elements = .allocate(capacity: max(1, Element.self == Bytes.self ? 1 : capacity))
        origins = nil
    }

    @inlinable
    deinit {
        elements.deallocate()
        origins?.deallocate()
    }

    @inlinable
    mutating func originsAllocated() -> UnsafeMutablePointer<UInt16> {
        if let origins { return origins }
        let fresh = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, capacity))
        origins = fresh
        return fresh
    }
}

/// Where one element of a column stands in the column's buffer.
@usableFromInline
struct ByteRange {
    @usableFromInline var start: UInt32
    @usableFromInline var count: UInt32

    @inlinable
    init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }
}

/// The ranges of a column, in memory of their own.
@usableFromInline
struct ByteRanges: ~Copyable, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: as for `BatchStorage`; the ranges are plain numbers.
    @usableFromInline var pointer: UnsafeMutablePointer<ByteRange>
    @usableFromInline var capacity: Int

    @inlinable
    init(capacity: Int) {
        self.capacity = capacity
        pointer = .allocate(capacity: max(1, capacity))
    }

    @inlinable
    deinit {
        pointer.deallocate()
    }
}
