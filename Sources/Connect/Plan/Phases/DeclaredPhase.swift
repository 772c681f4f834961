/// The first phase: the stages of a pipeline as they were declared, numbered and named.
enum DeclaredPhase {
    static func run(_ pipeline: Pipeline) -> PlanDeclaration {
        var stages = chain(endingIn: pipeline.sinks.first).compactMap(stage)
        for index in stages.indices {
            stages[index].number = index + 1
            stages[index].declaredNumber = index + 1
        }
        StageNames.give(to: &stages)
        var surplus = pipeline.sinks.dropFirst().compactMap(stage)
        for index in surplus.indices { surplus[index].name = surplus[index].settings.name ?? surplus[index].kind }
        return PlanDeclaration(
            pipeline: pipeline.name, location: pipeline.location, settings: pipeline.settings, stages: stages,
            surplusSinks: surplus)
    }

    /// The nodes from the source to a sink.
    private static func chain(endingIn sink: StageNode?) -> [StageNode] {
        var nodes: [StageNode] = []
        var next = sink
        while let node = next {
            nodes.append(node)
            next = node.upstreams.first
        }
        return nodes.reversed()
    }

    /// A stage yet without number and name; nil for a conversion that belongs to the stage behind it.
    private static func stage(of node: StageNode) -> PlannedStage? {
        if case .conversion(isAskedFor: false) = node.operation { return nil }
        let (kind, detail) = kindAndDetail(of: node.operation)
        return PlannedStage(
            number: 0, name: "", kind: kind, detail: detail, operation: node.operation, settings: node.settings,
            input: node.input, output: node.output, location: node.location)
    }

    private static func kindAndDetail(of operation: StageOperation) -> (String, String) {
        switch operation {
        case .source(let descriptor, _): (descriptor.kind, descriptor.origin)
        case .splitter(let kind, _): (kind, "")
        case .elementwise(let kind, _, _): (kind, "")
        case .coder(let name, _): (name, "")
        case .fold(let kind, _, _): (kind, "")
        case .asynchronous(let kind, _, _): (kind, "")
        case .conversion: ("as", "")
        case .network(let stage): (stage.declaredKind, "")
        case .sink(let descriptor, _): (descriptor.kind, descriptor.target)
        }
    }
}
