import Connect

/// What a member's exchange tells of itself to whoever looks over its epochs. All calls come on the loop.
protocol MemberEvents: AnyObject {
    /// A part that this member reads or merges has begun.
    func began(_ number: Int, _ run: PipelineRun)

    /// The pipeline has ended for this member, or the member has left it.
    ///
    /// - Parameters:
    ///   - result: how
    ///   - goodbye: what the others are to be told
    func ended(_ result: Result<PeersReport, PipelineError>, _ goodbye: Goodbye)

    /// A member that reads or merges is there again, as another instance: what it had is lost.
    func hostReturned()

    /// What was waited for before the members change may have come to its end.
    func drained()
}
