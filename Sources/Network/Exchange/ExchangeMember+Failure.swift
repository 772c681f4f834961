import Connect

// MARK: - The end behind a failure

extension ExchangeMember {
    /// Whether what stands before a failure goes to its end.
    var isWindingDown: Bool { failing != nil && failure == nil && !hasEnded }

    func windDown(_ error: PipelineError) {
        guard failure == nil, !hasEnded else { return }
        if isGoing || error.code == .shutdownTimedOut { return fail(error) }
        guard failing == nil else { return }
        // A change has an end of its own.
        if change != nil { return fail(error) }
        windDown(error, "member \(topology.own) (\(topology.members[topology.own])) has failed: \(error)".wireSentence)
    }

    func windDown(because sentence: String) {
        windDown(PipelineError(code: .peerLost, stage: plan.pipeline, message: sentence), sentence)
    }

    /// An error with where the source goes on: only who reads knows that.
    func located(_ error: PipelineError) -> PipelineError {
        guard let report = try? runs[0]?.result?.get(), report.committed.count == 1 else { return error }
        var error = error
        error.message += " (all that the source has before \(report.committed[0]) is done)"
        return error
    }

    private func windDown(_ error: PipelineError, _ sentence: String) {
        guard failing == nil, failure == nil, !hasEnded else { return }
        failing = error
        reasonToWindDown = sentence
        // Whoever hears of it from another one may be the only one who can tell a third.
        for place in members where place != topology.own { send(.failing(Failing(sentence: sentence)), to: place) }
        runs[0]?.stop()
        // Those that are only starting are to hear of it; without them nothing comes to its end.
        schedule(after: peersOptions.peerTimeout) { member in
            let others = member.topology.hosts.subtracting([member.topology.own])
            if others.contains(where: { member.instances[$0] == nil }) { member.fail(error) }
        }
        finishIfDone()
    }
}
