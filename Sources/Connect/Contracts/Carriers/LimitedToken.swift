/// The token of the batch that a limit cut: what is dropped from here on was dropped behind the limit.
final class LimitedToken: AckToken, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: `parent` and `number` are constant.
    private let parent: AckToken
    private let number: Int

    /// Takes over the hold on the batch's own token.
    ///
    /// - Parameters:
    ///   - parent: the batch's own token
    ///   - number: counts the limits of the chain from 1
    init(_ parent: AckToken, limit number: Int) {
        self.parent = parent
        self.number = number
        super.init(sequence: parent.sequence, tracksElements: parent.tracksElements)
    }

    override func mark(_ mark: AckMark, at index: Int) {
        switch mark {
        case .dropped(let limits): parent.mark(.dropped(behind: max(limits, number)), at: index)
        case .failed(let limits): parent.mark(.failed(behind: max(limits, number)), at: index)
        case .limit: parent.mark(mark, at: index)
        }
    }

    override func note(_ status: AckStatus, in range: Range<Int>) {
        parent.note(status, in: range)
    }

    override func position(at index: Int) -> Position? { parent.position(at: index) }

    override func rootPlace(of index: Int) -> (sequence: Int, index: Int) { parent.rootPlace(of: index) }

    override func didFinish() {
        parent.release()
    }
}
