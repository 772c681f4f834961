/// The fingerprint of a declaration: of what changes the meaning of its positions and its output.
///
/// It is FNV-1a (64 bits) over the declaration written as JSON. Types count by their declared names only, since the
/// names of others may hold addresses; places, closures, `par`, `buffer` and memory do not count.
enum PlanHash {
    static func hash(of declaration: PlanDeclaration, withCoders stages: [PlannedStage]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in canonicalText(of: declaration, withCoders: stages).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func canonicalText(of declaration: PlanDeclaration, withCoders stages: [PlannedStage]) -> String {
        let coders = stages.filter { $0.injectedBecause != nil }.map { StateTree.string($0.kind) }
        let tree = StateTree.members([
            ("version", .integer(1)), ("pipeline", .string(declaration.pipeline)),
            ("stages", .array(declaration.stages.map(tree))), ("coders", .array(coders)),
        ])
        var writer = StateTextWriter()
        writer.write(tree)
        return writer.text
    }

    private static func tree(of stage: PlannedStage) -> StateTree {
        let settings = stage.settings
        var members: [(String, StateTree)] = [
            ("role", .string(stage.role.rawValue)), ("kind", .string(stage.kind)),
            ("detail", .string(stage.detail)), ("name", .optional(settings.name)),
            ("input", typeName(stage.input)), ("output", typeName(stage.output)),
            ("limit", .optional(settings.limit)), ("throttle", .optional(settings.throttle)),
            ("triggers", .triggers(settings.triggers)), ("order", .string(settings.order.description)),
            ("durable", .bool(stage.isDurable)), ("policy", .optional(settings.policy.flatMap(policyKind))),
        ]
        // Only where it is said, so that the hashes of all other pipelines stay what they were.
        if let placement = settings.placement { members.append(("placement", .string(placement.description))) }
        if settings.isNondeterministic { members.append(("nondeterministic", .bool(true))) }
        return .members(members)
    }

    private static func typeName(_ type: ElementType?) -> StateTree {
        guard let type else { return .null }
        return .string(type.declaredName ?? "_")
    }

    /// How often and after which pauses something is tried again does not count.
    private static func policyKind(_ policy: ErrorPolicy) -> String? {
        if policy.isPlainFail { return nil }
        return (policy.retries > 0 ? "retry, " : "") + policy.end
    }
}
