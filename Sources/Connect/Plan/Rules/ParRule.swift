/// Only stages that look at each element for itself run on several workers.
struct ParRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.flatMap(findings) + coderPar(declaration)
    }

    private func findings(at stage: PlannedStage) -> [PlanFinding] {
        guard let par = stage.settings.par else { return [] }
        if par < 1 {
            return [
                stage.finding(
                    .parInvalid, "has .par(\(par)), but a stage needs a worker",
                    "Say how many workers run it, at least 1, or take .par away.")
            ]
        }
        guard par > 1, let reason = obstacle(stage) else { return [] }
        return [
            stage.finding(
                .parNotPossible, "has .par(\(par)), but \(reason)",
                "Take .par away here and put it on stages that look at each element for itself, such as map, filter, "
                    + "flatMap and coders.")
        ]
    }

    private func obstacle(_ stage: PlannedStage) -> String? {
        switch stage.operation {
        case .source: "a source is read by one worker"
        case .splitter: "a splitter must see its stream in order, so it has one worker"
        case .fold: "a fold must see all elements in order, so it has one worker"
        case .sink: "a sink has one writer"
        case .asynchronous: "it makes several calls at once already; maxInFlight says how many"
        case .network: "a network stage has one worker"
        case .elementwise(_, let traits, _): traits.isParallelizable ? nil : "it must see all elements in order"
        case .coder, .conversion: nil
        }
    }

    private func coderPar(_ declaration: PlanDeclaration) -> [PlanFinding] {
        guard let par = declaration.settings.coderPar, par < 1 else { return [] }
        return [
            declaration.finding(
                .coderParInvalid, "has .coderPar(\(par)), but a coder needs a worker",
                "Say how many workers run each coder, at least 1, or take .coderPar away: then a coder runs on as many "
                    + "as the stage it serves.")
        ]
    }
}
