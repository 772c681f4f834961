/// How the state of a durable fold becomes text for the checkpoint and comes back.
@usableFromInline
struct FoldDurability<State: Sendable>: Sendable {
    let encode: @Sendable (State) throws -> String
    let decode: @Sendable (String) throws -> State
}

extension FoldDurability where State: Codable {
    /// The state as JSON text.
    @usableFromInline
    static func codable() -> FoldDurability<State> {
        FoldDurability(
            encode: { try StateEncoder().encode($0) },
            decode: { try StateDecoder().decode(State.self, from: $0) })
    }
}

/// The state of a durable fold after everything up to a place of its source.
@usableFromInline
struct FoldSnapshot: Sendable {
    var stage: String
    var text: String
    /// The last batch of the source that is in the state.
    var sequence: Int
    /// Behind the last element of that batch that is in the state; nil where the whole batch is.
    var consumed: Int?
}

/// What a durable fold remembers between snapshots.
struct SnapshotPace {
    var lastSequence: Int?
    var consumed = 0
    var due = MonotonicTime(nanoseconds: 0)
}

extension FoldStage {
    /// Takes up the state that an earlier run has stored.
    func restore() {
        guard let durability, let stored = context.run.restoredState(of: context.name) else { return }
        do {
            guard let space = stored.firstIndex(of: " "), let count = Int(stored[..<space]) else {
                throw CoderError(.malformed, coder: "STATE", "expected a count and a state")
            }
            state.pointee = try durability.decode(String(stored[stored.index(after: space)...]))
            pending = count
        } catch {
            context.run.report(
                StageFailure(
                    error: PipelineError(
                        code: .checkpointFailed, stage: context.name,
                        message: "the stored state cannot be read as \(State.self): \(error); "
                            + "reset the checkpoint, or give the stage the type that stored it",
                        cause: error, declaredAt: context.declaredAt),
                    sequence: 0, index: 0))
        }
    }

    /// Before the first element of a later batch of the source, everything before it is in the state: the place for a
    /// snapshot, if one is due.
    @usableFromInline
    func beginBatch(_ token: AckToken?, last index: Int) throws(Interruption) {
        guard durability != nil, let token else { return }
        if let last = snapshots.lastSequence, token.sequence > last {
            let now = context.run.scheduler.now
            if now >= snapshots.due {
                try storeState(after: last, consumed: nil, token)
                snapshots.due = now.advanced(by: context.run.checkpointEvery)
            }
        }
        snapshots.lastSequence = token.sequence
        snapshots.consumed = index + 1
    }

    /// The state at the end of the run goes with the last element taken in.
    func storeFinalState() {
        guard durability != nil, let last = snapshots.lastSequence else { return }
        do throws(Interruption) {
            try storeState(after: last, consumed: snapshots.consumed, nil)
        } catch {
            if case .failure(let failure) = error { context.run.report(failure) }
        }
    }

    /// Hands the state to the next checkpoint; what the fold holds counts as done when that is stored.
    private func storeState(after sequence: Int, consumed: Int?, _ token: AckToken?) throws(Interruption) {
        guard let durability else { return }
        let text: String
        do {
            text = "\(pending) " + (try durability.encode(state.pointee))
        } catch {
            throw .failure(context.failure(error, token: token, origin: 0))
        }
        context.run.store(
            FoldSnapshot(stage: context.name, text: text, sequence: sequence, consumed: consumed))
        held.release()
    }
}
