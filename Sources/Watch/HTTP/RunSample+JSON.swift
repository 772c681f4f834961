import Connect

extension RunWatch.Sample {
    /// The sample as JSON on one line: members in a fixed order, times in seconds, rates per second.
    var json: String {
        var writer = StateTextWriter()
        writer.write(tree)
        return writer.text
    }

    private var tree: StateTree {
        .members([
            ("pipeline", .string(status.pipeline)), ("plan", .string(status.plan)),
            ("phase", .string(status.phase.rawValue)), ("ready", .bool(status.isReady)),
            ("elapsedSeconds", .seconds(status.elapsed)),
            ("stages", .array(status.stages.indices.map(stage))),
            ("segments", .array(status.segments.indices.map(segment))),
            ("pacingSegment", .optional(rates.pacingSegment.map { status.segments[$0].number })),
            ("bounded", .bool(status.isBounded)), ("progress", progress),
            ("lagSeconds", status.lag.map { .seconds($0) } ?? .null),
            ("batchesUnderWay", .integer(status.batchesUnderWay)),
            ("oldestPosition", .optional(status.oldest?.description)),
            ("oldestAgeSeconds", .seconds(status.oldestAge)),
            ("commits", .integer(status.commits)), ("failedCommits", .integer(status.failedCommits)),
            (
                "lastCommit",
                status.lastCommit.map { .number((Double($0.nanosecondsSinceEpoch) / 1e9).prometheusText) } ?? .null
            ),
            ("committed", .array(status.committed.map { .string($0.description) })),
            ("stall", stall),
        ])
    }

    private func stage(_ index: Int) -> StateTree {
        let (stage, rate) = (status.stages[index], rates.stages[index])
        return .members([
            ("name", .string(stage.name)), ("kind", .string(stage.kind.rawValue)), ("type", .string(stage.type)),
            ("segment", .integer(stage.segment)),
            ("received", .integer(stage.received)), ("receivedPerSecond", .rate(rate.received)),
            ("receivedBytes", .integer(stage.receivedBytes)),
            ("receivedBytesPerSecond", .rate(rate.receivedBytes)),
            ("sent", .integer(stage.sent)), ("sentPerSecond", .rate(rate.sent)),
            ("sentBytes", .integer(stage.sentBytes)), ("sentBytesPerSecond", .rate(rate.sentBytes)),
            ("errors", .integer(stage.errors)),
        ])
    }

    private func segment(_ index: Int) -> StateTree {
        let segment = status.segments[index]
        return .members([
            ("number", .integer(segment.number)), ("threads", .integer(segment.threads)),
            ("utilization", .rate(rates.utilization[index])), ("buffer", .optional(segment.buffer)),
            ("waiting", .integer(segment.waiting)), ("waitingBytes", .integer(segment.waitingBytes)),
        ])
    }

    private var progress: StateTree {
        guard let progress = status.progress else { return .null }
        return .members([
            ("done", .integer(Int(progress.done))), ("total", .integer(Int(progress.total))),
            ("secondsLeft", rates.timeLeft.map { .seconds($0) } ?? .null),
        ])
    }

    private var stall: StateTree {
        guard let stall = status.stall else { return .null }
        return .members([
            ("stage", .string(stall.stage)), ("position", .optional(stall.position?.description)),
            ("ageSeconds", .seconds(stall.age)), ("reason", .string(stall.reason)),
        ])
    }
}

extension StateTree {
    /// A duration in seconds, to the millisecond.
    fileprivate static func seconds(_ duration: Duration) -> StateTree { rate(duration.seconds) }

    /// A number to the thousandth.
    fileprivate static func rate(_ value: Double) -> StateTree {
        .number((min(value, 1e15) * 1000).rounded() / 1000)
    }

    private static func number(_ value: Double) -> StateTree { .number(value.prometheusText) }
}
