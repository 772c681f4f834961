public import Connect

/// What one instance did of a pipeline that several share.
public struct PeersReport: Sendable {
    /// What was done on this instance alone: reading the source is part 0, what is behind the first merge part 2, and so
    /// on. Nothing where it only shared the work between split and merge. A pipeline in one process is one part.
    public let parts: [Int: RunReport]

    /// Elements that the source gave to this instance.
    public var elementsRead: Int { parts[0]?.elementsRead ?? 0 }

    /// Elements that the sink took on this instance; 0 where it is on another.
    public var elementsWritten: Int {
        guard let last = parts.max(by: { $0.key < $1.key }), last.key > 0 || isAlone else { return 0 }
        return last.value.elementsWritten
    }

    /// Whether the pipeline was not cut, so that what was read was written here.
    let isAlone: Bool

    init(parts: [Int: RunReport], isAlone: Bool = false) {
        self.parts = parts
        self.isAlone = isAlone
    }
}
