/// The way into a stage: what is pushed here runs through the stage and all that follow it in the segment.
///
/// An inlet belongs to one thread at a time. The closures are made where the stage is declared, so that the compiler
/// specialises their loops for the element type.
public final class Inlet<Element: Sendable> {
    /// Takes a batch over; afterwards the batch is empty and has no token. After an interruption the caller finishes
    /// the chain and pushes nothing more.
    @usableFromInline let push: (inout Batch<Element>) throws(Interruption) -> Void
    /// Does what is due at a time; returns when there will next be something to do.
    @usableFromInline let tick: (MonotonicTime) throws(Interruption) -> MonotonicTime
    /// Sends on everything that is held back, before a partition is given up.
    @usableFromInline let flush: () throws(Interruption) -> Void
    /// Ends the chain: folds emit, sinks flush. Called once; failures go to the run.
    @usableFromInline let finish: () -> Void

    /// An inlet with what it does at each event; what is left out is passed by.
    @inlinable
    init(
        push: @escaping (inout Batch<Element>) throws(Interruption) -> Void,
        tick: @escaping (MonotonicTime) throws(Interruption) -> MonotonicTime,
        flush: @escaping () throws(Interruption) -> Void,
        finish: @escaping () -> Void
    ) {
        self.push = push
        self.tick = tick
        self.flush = flush
        self.finish = finish
    }

    /// An inlet before another one, which passes by everything but elements.
    @inlinable
    convenience init<Next>(
        before next: Inlet<Next>,
        push: @escaping (inout Batch<Element>) throws(Interruption) -> Void
    ) {
        self.init(push: push, tick: next.tick, flush: next.flush, finish: next.finish)
    }
}
