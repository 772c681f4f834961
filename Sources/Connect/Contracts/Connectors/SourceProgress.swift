import Synchronization

/// How far a source has come through what it reads, for whoever watches a run. The source's reader writes it, in a unit
/// of its own: bytes of files, numbers of a generator.
public final class SourceProgress: Sendable {
    /// A part of a whole.
    public struct Extent: Sendable, Hashable {
        /// How much has been read; more than ``total`` where what is read has grown.
        public var done: Int64
        /// How much there is.
        public var total: Int64

        /// A part of a whole.
        public init(done: Int64, total: Int64) {
            self.done = done
            self.total = total
        }
    }

    private let done = Atomic<Int64>(0)
    private let total = Atomic<Int64>(-1)

    /// Progress through something of which it is not known how much there is.
    public init() {}

    /// Says how much there is to read.
    ///
    /// - Parameters:
    ///   - total: how much there is, in the source's unit, 0 or more
    ///   - done: how much of it need not be read any more
    public func begin(total: Int64, done: Int64 = 0) {
        self.done.store(done, ordering: .relaxed)
        self.total.store(max(0, total), ordering: .relaxed)
    }

    /// Notes that more has been read.
    ///
    /// - Parameter amount: how much, in the source's unit
    public func advance(by amount: Int64) {
        done.wrappingAdd(amount, ordering: .relaxed)
    }

    /// How far the source has come; nil where it is not known how much there is.
    public var extent: Extent? {
        let total = total.load(ordering: .relaxed)
        return total < 0 ? nil : Extent(done: done.load(ordering: .relaxed), total: total)
    }
}
