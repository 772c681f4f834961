/// A place for one batch that a stage uses again and again, so that a steady flow allocates nothing.
@usableFromInline
final class BatchSlot<Element: Sendable> {
    // A pointer instead of a stored property: no exclusivity check per access on the hot path.
    @usableFromInline let pointer: UnsafeMutablePointer<Batch<Element>>

    @inlinable
    init(capacity: Int = 0) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: Batch(capacity: capacity))
    }

    @inlinable
    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}
