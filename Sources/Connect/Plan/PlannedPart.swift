/// What the network module must know of a part of a pipeline: the stages between two network stages.
package struct PlannedPart: Sendable, Hashable {
    /// Where it runs, as was declared or as is usual.
    package var placement: Placement
    /// Whether its elements keep the order of a sequential run.
    package var keepsOrder: Bool
    /// Whether it always makes the same of the same elements.
    package var isDeterministic: Bool
}

extension Plan {
    /// The parts that the network stages cut the pipeline into, for instances that share the work.
    ///
    /// - Returns: one more than there are network stages
    /// - Throws: what keeps the pipeline from being shared
    package func partsForPeers() throws(PlanError) -> [PlannedPart] {
        let findings = PeersCheck.findings(in: withNetwork, sink: sink)
        guard findings.isEmpty else { throw PlanError(pipeline: pipeline, findings: findings) }
        return PeersCheck.placedParts(of: withCoders, sharing).map { stages, placement in
            PlannedPart(
                placement: placement, keepsOrder: !stages.contains(where: \.losesOrder),
                isDeterministic: !stages.contains { $0.settings.isNondeterministic || $0.losesOrder })
        }
    }
}

extension Plan {
    /// A mistake of the declaration that only shows where the instances are known.
    ///
    /// - Parameters:
    ///   - found: what was found, as the rest of a sentence that begins with the pipeline
    ///   - remedy: how to mend it, in whole sentences
    /// - Returns: the error to throw
    package func mistake(_ found: String, _ remedy: String) -> PlanError {
        let finding = PlanFinding(
            .networkStage, stage: "", number: 0, found: found, remedy: remedy, location: declared.first?.location)
        return PlanError(pipeline: pipeline, findings: [finding])
    }
}

/// What a pipeline must keep so that several instances can share it, beside what every plan must.
enum PeersCheck {
    /// The stages of each part; a network stage is the first of the part behind it.
    static func parts(of stages: [PlannedStage]) -> [[PlannedStage]] {
        var parts: [[PlannedStage]] = [[]]
        for stage in stages {
            if stage.role == .network { parts.append([]) }
            parts[parts.count - 1].append(stage)
        }
        return parts
    }

    /// The stages of each part, and where it runs.
    static func placedParts(
        of stages: [PlannedStage], _ sharing: PlanSharing?
    ) -> [(stages: [PlannedStage], placement: Placement)] {
        if let whole = sharing?.whole { return [(stages, whole)] }
        return parts(of: stages).enumerated().map { number, part in
            let isRead: Placement = part.first?.source?.isShared == true ? .all : .first
            let usual: Placement = number == 0 ? isRead : number.isMultiple(of: 2) ? .last : .all
            return (part, part.compactMap(\.settings.placement).first ?? usual)
        }
    }

    static func findings(in stages: [PlannedStage], sink: SinkDescriptor?) -> [PlanFinding] {
        let parts = parts(of: stages)
        // One that is not cut runs as a whole, wherever that is.
        guard parts.count > 1, let first = stages.first, let last = stages.last else { return [] }
        var findings = parts.flatMap { contradictions(in: $0) }
        // Parts behind a split and before a merge stand at odd places.
        for part in stride(from: 1, to: parts.count, by: 2) {
            findings += parts[part].filter { $0.role == .fold }.map { fold in
                fold.finding(
                    .networkStage,
                    "is a fold between a split and a merge, where each instance would fold its share alone",
                    "Fold behind the merge.")
            }
        }
        if parts.count.isMultiple(of: 2) {
            findings.append(
                last.finding(
                    .networkStage, "is behind a split that nothing merges",
                    "Put .merge() or .mergeOrdered() before the sink."))
        }
        findings += stages.filter(\.isDurable).map { fold in
            fold.finding(
                .networkStage, "is a durable fold, whose positions would be those of other instances",
                "Take .durable away where the pipeline has network stages.")
        }
        if sink?.transactionDomain != nil, first.source?.transactionDomain == sink?.transactionDomain {
            findings.append(
                last.finding(
                    .networkStage, "writes in transactions with its source, which is read by another instance",
                    "Turn its transactions off, or run the pipeline without network stages."))
        }
        return findings
    }

    private static func contradictions(in part: [PlannedStage]) -> [PlanFinding] {
        let placed = part.filter { $0.settings.placement != nil }
        guard let first = placed.first, let place = first.settings.placement else { return [] }
        return placed.dropFirst().filter { $0.settings.placement != place }.map { stage in
            stage.finding(
                .networkStage,
                "is to run elsewhere than \(first.mention), which is on \(place), with no split or merge between",
                "Say .on once for all stages between two network stages.")
        }
    }
}
