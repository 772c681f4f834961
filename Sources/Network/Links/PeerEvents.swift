/// What happens on a member's connections. All calls come on the loop of the links.
protocol PeerEvents: AnyObject {
    /// There is a connection to a member: its flows begin. No connection to that member was there before, or its loss was
    /// told.
    ///
    /// - Parameters:
    ///   - place: which member
    ///   - facts: what it announced
    ///   - epoch: the one that both are in
    func accepted(_ place: Int, _ facts: MemberFacts, epoch: UInt64)

    /// The connection to a member is no more.
    ///
    /// - Parameters:
    ///   - place: which member
    ///   - sentence: why
    ///   - goodbye: what it said about its leave; nil where it said nothing
    func lost(_ place: Int, _ sentence: String, goodbye: Goodbye?)

    /// A frame of a flow came.
    ///
    /// - Parameters:
    ///   - frame: one of those of flows
    ///   - place: which member sent it
    func received(_ frame: Frame, from place: Int)

    /// A connection ended before the two had accepted each other.
    ///
    /// - Parameters:
    ///   - refusal: why
    ///   - place: whom this member has dialled; nil where somebody has dialled it
    func refused(_ refusal: Refusal, at place: Int?)

    /// Somebody who is no member, and has what members have to know each other by, wants something.
    ///
    /// - Parameter request: what
    /// - Returns: what to say
    func asked(_ request: ListRequest) -> ListAnswer

    /// So much was written that there is room again, after ``PeerLinks/hasRoom(for:)`` was false.
    ///
    /// - Parameter place: which member
    func gotRoom(_ place: Int)
}
