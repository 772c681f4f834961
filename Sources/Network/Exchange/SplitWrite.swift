import Connect
import Synchronization

/// What a run has handed to a split at once, with the duty to say what became of it.
final class SplitWrite: Sendable {
    let elements: [Bytes]
    /// The hashes of their keys; empty where they are dealt out without keys.
    let hashes: [UInt64]
    private let acknowledgement: Mutex<SinkAcknowledgement?>

    /// Elements that wait to be sent.
    init(_ elements: [Bytes], hashes: [UInt64] = [], _ acknowledgement: consuming SinkAcknowledgement) {
        self.elements = elements
        self.hashes = hashes
        self.acknowledgement = Mutex(consume acknowledgement)
    }

    /// All of it has ended.
    func end() {
        acknowledgement.withLock { $0.take() }?.end()
    }

    /// Only its first elements are done.
    ///
    /// - Parameters:
    ///   - count: how many
    ///   - byLimit: whether a limit ended it, else a failure
    func end(after count: Int, byLimit: Bool) {
        guard let taken = acknowledgement.withLock({ $0.take() }) else { return }
        if byLimit { taken.end(limitedTo: count) } else { taken.end(failingAt: count) }
    }
}
