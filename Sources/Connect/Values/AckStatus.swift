/// How an element ended.
public enum AckStatus: UInt8, Sendable, Hashable, CaseIterable {
    /// Delivered and confirmed, or dropped on purpose.
    case done
    /// Some of what was derived from it is done, some is not.
    case partial
    /// Turned away for rate.
    case throttled
    /// No sink wanted it.
    case unroutable
    /// Skipped or turned away as malformed.
    case invalid
    /// No answer in time.
    case timedOut
    /// Not delivered.
    case failed

    /// What several ends of parts of one element say of it as a whole: all done is done, some done and some not is
    /// partial, none done is the gravest of them.
    ///
    /// - Returns: nil where nothing has ended
    public static func merge(_ statuses: some Sequence<AckStatus>) -> AckStatus? {
        AckStatusSet(statuses).merged
    }
}

/// The ends that parts of one element have come to.
struct AckStatusSet: Sendable, Hashable {
    var bits: UInt8 = 0

    init(bits: UInt8 = 0) {
        self.bits = bits
    }

    init(_ statuses: some Sequence<AckStatus>) {
        for status in statuses { insert(status) }
    }

    mutating func insert(_ status: AckStatus) {
        bits |= 1 << status.rawValue
    }

    var merged: AckStatus? {
        let done: UInt8 = 1 << AckStatus.done.rawValue
        if bits == 0 { return nil }
        if bits == done { return .done }
        if bits & done != 0 || bits & (1 << AckStatus.partial.rawValue) != 0 { return .partial }
        // The cases are declared from the mildest to the gravest, so the highest bit is the gravest.
        return AckStatus(rawValue: UInt8(7 - bits.leadingZeroBitCount))
    }
}
