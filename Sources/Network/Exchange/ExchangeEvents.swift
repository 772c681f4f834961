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

    /// Ends the pipeline on all members.
    func fail(_ error: PipelineError)

    /// A way back to the loop for the threads of runs.
    func onLoop<Value>(_ value: Value) -> OnLoop<Value>
}
