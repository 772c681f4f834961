/// What a worker has for itself of a transform or coder.
///
/// It is never of size zero, as many instances are: the place of such a variable is that of its neighbour in memory, and
/// the thread sanitizer reports the one for the other.
@usableFromInline
struct WorkerInstance<Instance> {
    @usableFromInline var value: Instance
    @usableFromInline let filler: UInt8 = 0

    @inlinable
    init(_ value: Instance) {
        self.value = value
    }
}
