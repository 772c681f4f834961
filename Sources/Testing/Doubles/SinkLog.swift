public import Connect
import Synchronization

/// What was done with a ``RecordingSink`` in all its runs.
public final class SinkLog<Input: Sendable>: Sendable {
    /// Something that was done.
    public enum Event: Sendable, Hashable {
        /// It was opened.
        case opened
        /// Elements were written: their numbers in ``SinkLog/elements``.
        case wrote(Range<Int>)
        /// Elements were confirmed: their numbers in ``SinkLog/elements``.
        case confirmed(Range<Int>)
        /// It was flushed.
        case flushed
        /// It was closed.
        case closed(succeeded: Bool)
    }

    /// Something that was done, with its time.
    public struct Entry: Sendable, Hashable {
        /// What was done.
        public let event: Event
        /// When.
        public let time: MonotonicTime
    }

    private struct State: Sendable {
        var elements: [Input] = []
        var entries: [Entry] = []
        var confirmed: [Bool] = []
        var desk: ConfirmationDesk?
    }

    private let state = Mutex(State())
    private let onEvent: @Sendable (Event) -> Void

    init(onEvent: @escaping @Sendable (Event) -> Void) {
        self.onEvent = onEvent
    }

    /// The elements written, in order.
    public var elements: [Input] { state.withLock { $0.elements } }
    /// Everything that was done, in order.
    public var entries: [Entry] { state.withLock { $0.entries } }
    /// How often it was flushed.
    public var flushes: Int { count { $0 == .flushed } }
    /// How often it was closed.
    public var closes: Int {
        count { if case .closed = $0 { true } else { false } }
    }
    /// The numbers of elements in each write, in order.
    public var writes: [Range<Int>] {
        entries.compactMap { if case .wrote(let range) = $0.event { range } else { nil } }
    }
    /// Whether each element written is confirmed.
    public var confirmed: [Bool] { state.withLock { $0.confirmed } }

    var elementCount: Int { state.withLock { $0.elements.count } }

    var desk: ConfirmationDesk? {
        get { state.withLock { $0.desk } }
        set { state.withLock { $0.desk = newValue } }
    }

    func noteWrite(_ elements: [Input], at time: MonotonicTime) -> Range<Int> {
        let range = state.withLock { state in
            let start = state.elements.count
            state.elements += elements
            state.confirmed += repeatElement(false, count: elements.count)
            let range = start..<state.elements.count
            state.entries.append(Entry(event: .wrote(range), time: time))
            return range
        }
        onEvent(.wrote(range))
        return range
    }

    func note(_ event: Event, at time: MonotonicTime) {
        state.withLock { state in
            if case .confirmed(let range) = event {
                for index in range { state.confirmed[index] = true }
            }
            state.entries.append(Entry(event: event, time: time))
        }
        onEvent(event)
    }

    private func count(_ isCounted: (Event) -> Bool) -> Int {
        state.withLock { $0.entries.count { isCounted($0.event) } }
    }
}
