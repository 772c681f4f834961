/// What a sink that writes in transactions asks of the run.
///
/// The source sends barriers through the stages. When one comes to the sink, everything before it has been written and
/// nothing behind it, so that what was written and where the source was then are committed together.
protocol SinkTransactions: AnyObject, Sendable {
    /// A barrier has come. Returns when all dead letters of what came before it are safe.
    ///
    /// - Returns: where the source goes on behind it; nil where something before it was dropped, so that the transaction
    ///   must not be committed
    /// - Throws: where the run has failed, or is to go back to the last transaction
    func arrive() throws(Interruption) -> [Position]?

    /// The end of the source, or a limit, has come to the sink. Returns when all other stages have ended.
    ///
    /// - Parameters:
    ///   - hasWritten: whether something was written since the last transaction
    ///   - release: gives up the holds on it; after that the run knows what is done
    /// - Returns: where the source goes on; nil where there is nothing to commit
    /// - Throws: as in ``arrive()``
    func end(hasWritten: Bool, release: () -> Void) throws(Interruption) -> [Position]?

    /// What was written and the positions are committed.
    func didCommit(_ positions: [Position])

    /// Nothing of the transaction took effect: the run goes back to the last one.
    func abort(_ reason: TransactionAborted)

    /// Nothing more comes to the sink: who waits for a barrier to be committed need not go on waiting.
    func close()
}
