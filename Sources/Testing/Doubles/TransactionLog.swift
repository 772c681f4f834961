import Connect
import Synchronization

/// A small broker in memory: partitions to read, the positions that a group has committed, and an output in which what a
/// transaction holds is seen when it is committed, together with the positions.
///
/// ```swift
/// let log = TransactionLog<Int, Int>(Array(0..<100), partitions: 2, faults: [.abortStore(1)])
/// let pipeline = Pipeline("copy").root(log.source()).map { $0 }.to(log.sink())
/// ```
///
/// It lives longer than a run, as a broker does: a second run goes on where the positions stand, and what a run of before
/// still writes is turned away. Faults count over all runs, and each happens once.
public final class TransactionLog<Element: Sendable, Output: Sendable>: Sendable {
    struct State: Sendable {
        var positions: [String: Int64] = [:]
        var transactions: [[Output]] = []
        /// How many elements were behind the committed positions after each transaction.
        var consumed: [Int] = []
        var aborted = 0
        /// Who may write; an earlier one is turned away.
        var writer = 0
        /// Who may commit positions.
        var member = 0
        var writes = 0
        var flushes = 0
        var stores = 0
        var given = 0
        var opens = 0
        var faults: [TransactionFault]
        var revocations: [Bool] = []
        var violations: [String] = []
    }

    /// The elements in the order in which a reader gives them; partitions take turns.
    let elements: [Element]
    let partitionCount: Int
    let domain: String
    private let state: Mutex<State>

    /// A broker with elements that wait to be read, and an empty output.
    ///
    /// - Parameters:
    ///   - elements: what is to be read
    ///   - partitions: over how many partitions they are spread, one by one; at least 1
    ///   - faults: what goes wrong
    ///   - domain: names the broker for the plan
    public init(
        _ elements: [Element], partitions: Int = 1, faults: [TransactionFault] = [], domain: String = "memory"
    ) {
        self.elements = elements
        self.domain = domain
        partitionCount = max(1, partitions)
        state = Mutex(State(faults: faults))
    }

    // MARK: what there is

    /// What a reader of the output sees: that of committed transactions, in order.
    public var outputs: [Output] { state.withLock { $0.transactions.flatMap(\.self) } }

    /// What each committed transaction holds.
    public var transactions: [[Output]] { state.withLock { $0.transactions } }

    /// How many elements, over all partitions, were behind the committed positions after each transaction.
    public var consumedByTransaction: [Int] { state.withLock { $0.consumed } }

    /// How often a writer has given a transaction up that held something.
    public var aborted: Int { state.withLock { $0.aborted } }

    /// Where the group goes on in each partition; those of which nothing was committed are left out.
    public var positions: [String: Int64] { state.withLock { $0.positions } }

    /// How many elements are behind the committed positions, over all partitions.
    public var consumed: Int { Int(state.withLock { $0.positions.values.reduce(0, +) }) }

    /// How often the source was opened.
    public var opens: Int { state.withLock { $0.opens } }

    /// Of each partition that was given up, whether all that was under way of it was committed before.
    public var revocations: [Bool] { state.withLock { $0.revocations } }

    /// Faults that did not happen yet.
    public var pendingFaults: [TransactionFault] { state.withLock { $0.faults } }

    /// What a run has done that it must not do, in words.
    public var violations: [String] { state.withLock { $0.violations } }

    /// Adds faults.
    public func add(_ faults: [TransactionFault]) {
        state.withLock { $0.faults += faults }
    }

    func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        state.withLock { body(&$0) }
    }

    /// Counts a call, and looks whether it is to go wrong.
    ///
    /// - Returns: the fault that happens now
    func count(_ counter: WritableKeyPath<State, Int>, _ isDue: (TransactionFault, Int) -> Bool) -> TransactionFault? {
        change { state in
            state[keyPath: counter] += 1
            let number = state[keyPath: counter]
            guard let index = state.faults.firstIndex(where: { isDue($0, number) }) else { return nil }
            return state.faults.remove(at: index)
        }
    }

    // MARK: the ends

    /// A source of the elements, which goes on at the committed positions.
    ///
    /// - Parameters:
    ///   - batch: how many elements come at a time, at least 1
    ///   - pause: how long it takes until more come
    ///   - isBounded: whether it ends behind the last element
    ///   - hasDuties: whether it wants a thread of its own
    /// - Returns: a source that opens again and again as runs and attempts do
    public func source(
        batch: Int = 5, pause: Duration = .zero, isBounded: Bool = true, hasDuties: Bool = false
    ) -> TransactionLogSource<Element, Output> {
        TransactionLogSource(
            log: self, batch: max(1, batch), pause: pause,
            descriptor: SourceDescriptor(
                kind: "TransactionLogSource", isBounded: isBounded, resumption: .source, hasDuties: hasDuties,
                transactionDomain: domain))
    }

    /// A sink that writes to the output in transactions.
    ///
    /// - Parameters:
    ///   - window: the most elements it can hold unflushed; nil is no limit
    ///   - writeTime: how long a write takes
    ///   - storeTime: how long a commit takes
    /// - Returns: a sink of which one writer at a time may commit
    public func sink(
        window: Int? = nil, writeTime: Duration = .zero, storeTime: Duration = .zero
    ) -> TransactionLogSink<Element, Output> {
        TransactionLogSink(
            log: self, writeTime: writeTime, storeTime: storeTime,
            descriptor: SinkDescriptor(
                kind: "TransactionLogSink", confirmation: .flush, window: window, transactionDomain: domain))
    }
}
