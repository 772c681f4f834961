/// A plan as JSON, with members in a fixed order.
enum PlanJSON {
    static func text(of plan: Plan) -> String {
        var writer = StateTextWriter()
        writer.write(tree(of: plan))
        return writer.text
    }

    private static func tree(of plan: Plan) -> StateTree {
        // Only for peers, so that all other plans read as they did.
        let sharing = plan.sharingText.map { [("peers", StateTree.string($0))] } ?? []
        return .members(
            [
                ("version", .integer(1)), ("pipeline", .string(plan.pipeline)), ("hash", .string(plan.hash)),
                ("guarantee", delivery(plan.promise.delivery)), ("order", order(plan.promise.order)),
                ("deadLetters", .array(plan.promise.deadLetters.map(deadLetters))),
                ("states", .array(plan.promise.states.map(state))), ("settings", settings(plan.settings)),
                ("warnings", .array(plan.warnings.map(warning))),
                ("declared", .array(plan.declared.map(stage))), ("withNetwork", .array(plan.withNetwork.map(stage))),
                ("withCoders", .array(plan.withCoders.map(stage))),
                ("segments", .array(plan.segments.map { segment($0, plan.withCoders) })),
            ] + sharing)
    }

    private static func delivery(_ delivery: PlanPromise.Delivery) -> StateTree {
        .members([
            ("delivery", .string(delivery.guarantee.description)), ("stage", .optional(delivery.stage?.name)),
            ("reason", .string(delivery.reason)),
        ])
    }

    private static func order(_ order: PlanPromise.Order) -> StateTree {
        .members([
            ("order", .string(order.guarantee.description)), ("stage", .optional(order.stage?.name)),
            ("reason", .string(order.reason)),
        ])
    }

    private static func deadLetters(_ path: PlanPromise.DeadLetters) -> StateTree {
        .members([
            ("stage", .string(path.stage)), ("sink", .string(path.sink)),
            ("delivery", .string(path.guarantee.description)),
        ])
    }

    private static func state(_ state: PlanPromise.FoldState) -> StateTree {
        .members([("stage", .string(state.stage)), ("durable", .bool(state.isDurable))])
    }

    private static func settings(_ settings: PipelineSettings) -> StateTree {
        .members([
            ("coderPar", .optional(settings.coderPar)), ("memory", .optional(settings.memory)),
            ("require", .optional(settings.requirement?.description)),
        ])
    }

    private static func warning(_ warning: PlanFinding) -> StateTree {
        .members([
            ("code", .string(warning.code.description)), ("stage", .string(warning.stage)),
            ("number", .integer(warning.number)), ("found", .string(warning.sentence)),
            ("remedy", .string(warning.remedy)), ("declaredAt", .optional(warning.location?.description)),
        ])
    }

    private static func stage(_ stage: PlannedStage) -> StateTree {
        let settings = stage.settings
        return .members([
            ("number", .optional(stage.declaredNumber)), ("name", .string(stage.name)),
            ("role", .string(stage.role.rawValue)),
            ("kind", .string(stage.kind)), ("detail", .string(stage.detail)), ("input", .optional(stage.input?.name)),
            ("output", .optional(stage.output?.name)), ("par", .integer(stage.par)),
            ("order", .string(settings.order.description)), ("buffer", .optional(settings.buffer)),
            ("limit", .optional(settings.limit)), ("throttle", .optional(settings.throttle)),
            ("triggers", .triggers(settings.triggers)), ("onError", .optional(settings.policy?.description)),
            ("durable", .bool(stage.isDurable)), ("notes", .array(stage.notes.map { .string($0) })),
            ("injectedBecause", .optional(stage.injectedBecause)), ("declaredAt", .string(stage.location.description)),
        ])
    }

    private static func segment(_ segment: PlanSegment, _ stages: [PlannedStage]) -> StateTree {
        func names(_ indices: [Int]) -> StateTree { .array(indices.map { .string(stages[$0].name) }) }
        return .members([
            ("number", .integer(segment.number)), ("reason", .string(segment.reason)),
            ("workers", .integer(segment.workers)), ("order", .string(segment.order.description)),
            ("buffer", .optional(segment.buffer)), ("parallel", names(segment.parallel)),
            ("serial", names(segment.serial)),
        ])
    }
}

extension Plan {
    /// The plan as JSON (RFC 8259) on one line, with all four listings; members keep their order.
    public var json: String { PlanJSON.text(of: self) }
}
