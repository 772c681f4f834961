/// What a worker has for itself of a transform or coder.
@usableFromInline
final class WorkerInstance<Instance> {
    // A pointer instead of a stored property: no exclusivity check per access on the hot path. The memory is never that of
    // a neighbour either, as that of a variable without a size may be, for which the thread sanitizer reports the one for
    // the other.
    @usableFromInline let pointer: UnsafeMutablePointer<Instance>

    @inlinable
    init(_ instance: consuming Instance) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: instance)
    }

    @inlinable
    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}
