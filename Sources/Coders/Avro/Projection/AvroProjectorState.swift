import Connect

/// What a worker of a projector keeps from datum to datum: the plan, and the memory of what it gives.
///
/// A class, since its instance is a value that could be copied, and memory that is written must have one owner only.
final class AvroProjectorState {
    private struct Content: ~Copyable {
        /// The program by whose address data are known; the plan may hold another object of the same text.
        var writer: AvroProgram?
        var plan: AvroPlan?
        var resolver: AvroResolver?
        var isCopy = false
        /// Whether its data were found valid, under limits at least as strict.
        var isValid = false
        let limits: AvroLimits
        var values = PagedBytesBuilder()

        init(_ limits: AvroLimits) { self.limits = limits }
    }

    // A pointer instead of stored properties: no exclusivity check per access on the hot path.
    private let content: UnsafeMutablePointer<Content>

    /// - Parameter limits: how large a datum may be
    init(_ limits: AvroLimits) {
        content = .allocate(capacity: 1)
        content.initialize(to: Content(limits))
    }

    deinit {
        content.deinitialize(count: 1)
        content.deallocate()
    }

    /// Whether the plan is the way from the schema of a datum.
    @inline(__always)
    func isFor(_ binary: AvroBinary) -> Bool { content.pointee.writer === binary.program }

    /// From now on data as this one go by a plan.
    func use(_ plan: AvroPlan, for binary: AvroBinary) {
        content.pointee.writer = binary.program
        content.pointee.isValid = binary.program.check.holds(content.pointee.limits)
        content.pointee.resolver = AvroResolver(plan)
        content.pointee.isCopy = plan.isCopy
        content.pointee.plan = plan
    }

    /// The bytes that a datum becomes by the plan.
    func project(_ data: Bytes) throws(CoderError) -> Bytes {
        let content = content
        precondition(content.pointee.resolver != nil, "there is no plan")
        do throws(AvroFault) {
            return try data.withUnsafeBytes { memory throws(AvroFault) in
                if content.pointee.isCopy {
                    if !content.pointee.isValid || memory.count > content.pointee.limits.bytes {
                        try content.pointee.writer?.validate(memory, content.pointee.limits)
                    }
                    return data
                }
                return try content.pointee.values.build { output throws(AvroFault) in
                    try content.pointee.resolver?.resolve(
                        memory, content.pointee.limits, isValid: content.pointee.isValid, into: &output)
                }
            }
        } catch {
            throw failure(error)
        }
    }

    @inline(never)
    private func failure(_ fault: AvroFault) -> CoderError {
        guard let plan = content.pointee.plan else { preconditionFailure("there is no plan") }
        return fault.error(plan.writer.program, messages: plan.messages)
    }
}
