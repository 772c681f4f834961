/// What the rules look at: the pipeline as its author has declared it.
struct PlanDeclaration: Sendable {
    let pipeline: String
    /// Where the pipeline was begun.
    let location: SourceLocation
    let settings: PipelineSettings
    /// The stages of the chain, from the source to the sink.
    var stages: [PlannedStage]
    /// The sinks of further chains.
    let surplusSinks: [PlannedStage]

    /// A finding that blames no stage.
    func finding(
        _ code: PlanFinding.Code, _ found: String, _ remedy: String
    ) -> PlanFinding {
        PlanFinding(
            code, stage: "", number: 0, found: found, remedy: remedy, location: location)
    }
}

extension PlannedStage {
    /// A finding that blames the stage.
    func finding(
        _ code: PlanFinding.Code, _ found: String, _ remedy: String
    ) -> PlanFinding {
        PlanFinding(
            code, stage: name, number: number, found: found, remedy: remedy, location: location)
    }

    /// A remark on the stage; the pipeline can be run all the same.
    func remark(_ code: PlanFinding.Code, _ found: String, _ remedy: String) -> PlanFinding {
        var remark = finding(code, found, remedy)
        remark.severity = .warning
        return remark
    }

    /// How sentences speak of the stage from another one.
    var mention: String {
        // Injected stages have no number that the author knows.
        isInjected ? name.debugDescription : "stage \(number) \(name.debugDescription)"
    }
}
