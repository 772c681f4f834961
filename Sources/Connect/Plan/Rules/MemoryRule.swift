/// The memory of a pipeline has room for a few batches.
struct MemoryRule: PlanRule {
    static let least = ByteCount.mebibytes(1)

    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        guard let memory = declaration.settings.memory, memory < Self.least.bytes else { return [] }
        return [
            declaration.finding(
                .memoryInvalid, "may use \(memory) bytes, which cannot hold the batches under way",
                "Give it at least one mebibyte: .memory(.mebibytes(1)).")
        ]
    }
}
