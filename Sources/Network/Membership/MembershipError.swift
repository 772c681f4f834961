/// Why the list of members cannot be had, kept or changed.
public struct MembershipError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// Who knows the list cannot be reached or is not ready for now; the same may well work later.
        public static let unavailable = Code(description: "unavailable")
        /// Who knows the list says that there is none; the one before it stays.
        public static let notFound = Code(description: "not_found")
        /// The list was read and is not one that can be used; the one before it stays.
        public static let malformed = Code(description: "malformed")
        /// A list is older than the one that is known; the known one stays.
        public static let outdated = Code(description: "outdated")
        /// This kind of membership is not changed from here.
        public static let notChangeable = Code(description: "not_changeable")
        /// This instance's own registration was lost; it registers again.
        public static let registrationLost = Code(description: "registration_lost")
        /// Another process has registered with this instance's address.
        public static let addressTaken = Code(description: "address_taken")
        /// A value of the configuration is not one that can be used.
        public static let configuration = Code(description: "configuration")
        /// It was started twice, or is stopped.
        public static let notRunning = Code(description: "not_running")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was found and how to mend it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// `membership: message`
    public var description: String { "membership: \(message)" }
}
