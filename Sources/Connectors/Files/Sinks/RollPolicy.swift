import Connect

/// When a file sink ends one file and goes on in the next; whichever bound is met first.
public struct RollPolicy: Sendable, Hashable {
    /// The most bytes of a file; a single element that is larger gets a file of its own. At least 1; nil is no bound.
    public var bytes: Int64?
    /// How long a file takes elements, from its first one on; more than zero; nil is no bound.
    public var every: Duration?
    /// The most elements of a file; at least 1; nil is no bound.
    public var count: Int?

    /// When a file sink ends one file and goes on in the next.
    ///
    /// - Parameters:
    ///   - bytes: the most bytes of a file; at least 1
    ///   - every: how long a file takes elements; more than zero
    ///   - count: the most elements of a file; at least 1
    public init(bytes: Int64? = nil, every: Duration? = nil, count: Int? = nil) {
        self.bytes = bytes
        self.every = every
        self.count = count
    }

    /// - Throws: `configuration` where a bound is not positive or there is none
    func validate() throws(ConnectorError) {
        let isPositive = (bytes ?? 1) > 0 && (every ?? .seconds(1)) > .zero && (count ?? 1) > 0
        guard isPositive, bytes != nil || every != nil || count != nil else {
            throw ConnectorError(
                .configuration,
                "the roll policy of a file sink needs bytes, every or count, each more than 0; "
                    + "leave the policy out to write a single file")
        }
    }
}
