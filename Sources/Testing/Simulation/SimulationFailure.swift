/// Why a simulation could not go on.
public struct SimulationFailure: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The text of the kind.
        public let description: String

        /// Every thread waits, and none has a deadline.
        public static let stuck = Kind(description: "STUCK")
        /// Threads run on and on.
        public static let livelock = Kind(description: "LIVELOCK")
        /// A thread waits outside of the simulation or runs without end.
        public static let hung = Kind(description: "HUNG")
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// What each thread does or waits for.
    public let report: String

    init(kind: Kind, report: String) {
        self.kind = kind
        self.report = report
    }

    /// Kind and report.
    public var description: String { "\(kind): \(report)" }
}
