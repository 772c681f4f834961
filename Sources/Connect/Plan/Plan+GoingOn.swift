extension Plan {
    /// What another run of the pipeline in its midst would begin anew, though its source went on: why it must not be
    /// interrupted without need.
    ///
    /// - Returns: stages with what they would do, each as a part of a sentence
    package var obstaclesToGoingOn: [String] {
        declared.compactMap { stage in
            if stage.settings.limit != nil { return "the limit of \(stage.mention) would count from 0 again" }
            switch stage.operation {
            case .fold where !stage.settings.triggers.isEmpty:
                return "\(stage.mention) would begin with an empty state"
            case .source(let source, _) where source.resumption == .none:
                return "\(stage.mention) could not go on where it was"
            case .sink(let sink, _) where sink.confirmation == .close:
                return "the output of \(stage.mention), which appears as a whole, would begin anew"
            case .sink(let sink, _) where sink.isExactlyOnce:
                return "\(stage.mention) would find positions that are none of the new epoch"
            default: return nil
            }
        }
    }

    /// Whether the positions of the source are kept by the store of the run, and not by the source itself.
    package var keepsPositionsInStore: Bool { source?.resumption == .checkpointStore }
}
