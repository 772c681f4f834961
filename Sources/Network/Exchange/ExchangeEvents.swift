import Connect

/// What the ends of flows need of the member that they are part of. All calls come on the loop.
protocol ExchangeEvents: AnyObject {
    /// The places of all members.
    var members: Range<Int> { get }

    /// Sends a frame to a member, which may be this one; nothing happens where it is not there: that was told.
    func send(_ frame: Frame, to place: Int)

    /// Whether a member can be reached, this one included.
    func isUp(_ place: Int) -> Bool

    /// The run before a split need not read any more: what it would give is not wanted.
    func stopRun(before flow: FlowAddress)

    /// A split that makes no further batch may have nothing left on its way.
    func drained()

    /// Ends the pipeline on all members, as it is.
    func fail(_ error: PipelineError)

    /// A stage, a source or a sink of this member has failed: what stands before it goes to its end, then the pipeline ends
    /// on all members. They are told so before anything that is sent afterwards.
    func windDown(_ error: PipelineError)

    /// Another member has failed so.
    ///
    /// - Parameter sentence: which one, and why
    func windDown(because sentence: String)

    /// Why all members are to fail once everything is at its end: which one has failed, and why; empty where none has.
    var reasonToWindDown: String { get }

    /// A way back to the loop for the threads of runs.
    func onLoop<Value>(_ value: Value) -> OnLoop<Value>
}
