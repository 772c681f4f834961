/// Why a list of peers, this instance's place in it, or what protects their connections, cannot be used.
public struct PeersError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of mistake it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// A text is no address that a peer can have.
        public static let malformedAddress = Code(description: "malformed_address")
        /// The list has no member, or an empty place.
        public static let emptyList = Code(description: "empty_list")
        /// The list has more members than ``Peers/maximumCount``.
        public static let tooManyMembers = Code(description: "too_many_members")
        /// An address stands in the list twice.
        public static let duplicateAddress = Code(description: "duplicate_address")
        /// The place that was given for this instance is not in the list.
        public static let selfNotInList = Code(description: "self_not_in_list")
        /// No address of the list is one of this machine's.
        public static let selfNotFound = Code(description: "self_not_found")
        /// Several addresses of the list are this machine's.
        public static let selfAmbiguous = Code(description: "self_ambiguous")
        /// A member is reached from other machines, and nothing protects what is said.
        public static let unprotected = Code(description: "unprotected")
        /// Options of a command line belong together, and not all of them are there, or exclude each other.
        public static let incompleteOptions = Code(description: "incomplete_options")
        /// The shared secret is too short or too long.
        public static let unusableSecret = Code(description: "unusable_secret")
        /// A certificate, a key or a trust root cannot be read or used.
        public static let unusableCertificate = Code(description: "unusable_certificate")
        /// This instance cannot listen at its address.
        public static let cannotListen = Code(description: "cannot_listen")
    }

    /// What kind of mistake it is.
    public let code: Code
    /// What was found and how to mend it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The same mistake, with where it stands.
    func at(_ place: String) -> PeersError { PeersError(code, "\(place): \(message)") }

    /// `peers: message`
    public var description: String { "peers: \(message)" }
}
