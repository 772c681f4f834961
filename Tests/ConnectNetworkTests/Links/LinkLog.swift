import Connect
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// Notes what happens on a member's connections, so that a test can wait for it.
final class LinkLog: Sendable {
    enum Entry: Sendable, Equatable {
        case accepted(Int, MemberFacts, epoch: UInt64)
        case lost(Int, String, goodbye: Goodbye?)
        case refused(Refusal, at: Int?)
        case gotRoom(Int)
    }

    private struct State {
        var entries: [Entry] = []
        var frames: [Frame] = []
        var count = 0
    }

    private let state = Guarded(State(), scheduler: SystemScheduler.shared)
    private let changed: Monitor.Condition
    /// How many frames are kept; the others are counted.
    private static let kept = 100

    init() {
        changed = state.monitor.makeCondition()
    }

    func note(_ entry: Entry) {
        state.withLock { state in
            state.entries.append(entry)
            changed.broadcast()
        }
    }

    func note(_ frame: Frame) {
        state.withLock { state in
            if state.frames.count < Self.kept { state.frames.append(frame) }
            state.count += 1
            changed.broadcast()
        }
    }

    var frameCount: Int { state.withLock { $0.count } }

    var entries: [Entry] { state.withLock { $0.entries } }

    /// Blocks until there is an entry that is looked for.
    ///
    /// - Throws: where there is none within minutes
    @discardableResult
    func waits<Found: Sendable>(for what: String, _ find: (Entry) -> Found?) throws -> Found {
        try waits(for: what) { (state: State) in state.entries.lazy.compactMap(find).first }
    }

    /// Blocks until so many frames have come.
    ///
    /// - Returns: the first of them
    @discardableResult
    func waits(forFrames count: Int) throws -> [Frame] {
        try waits(for: "\(count) frames") { (state: State) in state.count >= count ? state.frames : nil }
    }

    /// Blocks until a member was accepted so many times.
    func waits(forAcceptanceOf place: Int, times count: Int = 1) throws {
        try waits(for: "member \(place)") { (state: State) -> Bool? in
            state.entries.count { if case .accepted(place, _, _) = $0 { true } else { false } } >= count ? true : nil
        }
    }

    /// Blocks until a connection was refused for a reason.
    ///
    /// - Returns: the sentence
    func waits(forRefusal reason: Refusal.Reason) throws -> String {
        try waits(for: "a refusal: \(reason)") { entry in
            if case .refused(let refusal, _) = entry, refusal.reason == reason { refusal.sentence } else { nil }
        }
    }

    /// Blocks until a member was lost.
    ///
    /// - Returns: why
    func waits(forLossOf place: Int) throws -> (sentence: String, goodbye: Goodbye?) {
        try waits(for: "the loss of member \(place)") { entry in
            if case .lost(place, let sentence, let goodbye) = entry { (sentence, goodbye) } else { nil }
        }
    }

    @discardableResult
    private func waits<Found: Sendable>(for what: String, _ find: (State) -> Found?) throws -> Found {
        let deadline = SystemScheduler.shared.now.advanced(by: .seconds(300))
        let found: Found? = state.waitWithLock { state in
            if let found = find(state) { return .done(found) }
            return SystemScheduler.shared.now >= deadline ? .done(nil) : .wait(changed, until: deadline)
        }
        guard let found else { throw TestFailure("never came: \(what); but \(entries)") }
        return found
    }
}
