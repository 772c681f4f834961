/// A pipeline is one chain from a source to a sink.
struct ChainRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        misplaced(declaration) + ends(declaration) + surplus(declaration)
    }

    private func ends(_ declaration: PlanDeclaration) -> [PlanFinding] {
        guard let first = declaration.stages.first, let last = declaration.stages.last else {
            return [
                declaration.finding(
                    .noSink, "has neither source nor sink, so there is nothing to run",
                    "Begin a chain with .root(source) and end it with .to(sink); run the pipeline that .to gives.")
            ]
        }
        var findings: [PlanFinding] = []
        if first.role != .source {
            findings.append(
                first.finding(
                    .noSource, "is the first of the chain, but no source", "Begin the chain with .root(source)."))
        }
        if last.role != .sink {
            findings.append(
                last.finding(.noSink, "is the last of the chain, but no sink", "End the chain with .to(sink)."))
        }
        return findings
    }

    private func surplus(_ declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.surplusSinks.map { sink in
            PlanFinding(
                .severalChains, stage: "", number: 0,
                found: "has a second chain, which ends in the sink \"\(sink.name)\"",
                remedy: "A pipeline runs one chain: make a Pipeline of its own for the other one.",
                location: sink.location)
        }
    }

    private func misplaced(_ declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.settings.misplacedModifiers.map { modifier in
            declaration.finding(
                .modifierMisplaced, "has the modifier .\(modifier) before there is a sink that it could hold for",
                "Put it behind .to(sink) for the sink, or behind the stage that it is meant for.")
        }
    }
}
