/// The instances that share one pipeline's work, in their order, and which of them this one is.
///
/// Every instance is given the same list. An instance finds its own place by the addresses of its machine, or is told:
///
/// ```swift
/// let peers = try Peers("10.0.0.1:19001,10.0.0.2:19001,10.0.0.3:19001")
/// let second = try Peers("127.0.0.1:19001,127.0.0.1:19002", self: .index(1))
/// ```
public struct Peers: Sendable, Hashable, CustomStringConvertible {
    /// How an instance knows its place in the list.
    public enum Place: Sendable, Hashable {
        /// By the one address of the list that is its machine's.
        case found
        /// By its address as it stands in the list.
        case address(PeerAddress)
        /// By its number in the list, from 0.
        case index(Int)

        /// Reads what a command line gives: `HOST:PORT`, or a number from 0.
        ///
        /// - Throws: ``PeersError`` where it is neither
        public init(_ text: String) throws(PeersError) {
            if let index = Int(text), text.utf8.allSatisfy(\.isDigit) {
                self = .index(index)
            } else {
                self = .address(try PeerAddress(text))
            }
        }
    }

    /// How many members a list may have.
    public static let maximumCount = 4096

    /// All instances, in the order that was given; never empty, no address twice.
    public let members: [PeerAddress]
    /// Which member this instance is, from 0.
    public let ownIndex: Int

    /// Reads a list of addresses with commas between them.
    ///
    /// - Parameters:
    ///   - list: `HOST:PORT,HOST:PORT`; blanks around addresses do not count
    ///   - place: which member this instance is
    ///   - machine: whose addresses are looked at where the place is to be found
    /// - Throws: ``PeersError``, which says what is wrong and at which place of the list
    public init(
        _ list: String, self place: Place = .found, on machine: some PeersMachine = SystemPeersMachine()
    ) throws(PeersError) {
        try self.init(Peers.parsed(list), self: place, on: machine)
    }

    /// A list of addresses.
    ///
    /// - Parameters:
    ///   - members: all instances, in their order
    ///   - place: which member this instance is
    ///   - machine: whose addresses are looked at where the place is to be found
    /// - Throws: ``PeersError``, which says what is wrong and at which place of the list
    public init(
        _ members: [PeerAddress], self place: Place = .found, on machine: some PeersMachine = SystemPeersMachine()
    ) throws(PeersError) {
        try Peers.check(members)
        self.members = members
        switch place {
        case .found: ownIndex = try Peers.foundIndex(in: members, on: machine)
        case .address(let address): ownIndex = try Peers.index(of: address, in: members)
        case .index(let index):
            guard members.indices.contains(index) else {
                throw PeersError(
                    .selfNotInList,
                    "this instance was said to be number \(index), but the list has the numbers 0 to "
                        + "\(members.count - 1): \(members.listed)")
            }
            ownIndex = index
        }
    }

    /// This instance's address.
    public var own: PeerAddress { members[ownIndex] }

    /// Whether there is nobody else: the pipeline runs in this process alone.
    public var isAlone: Bool { members.count == 1 }

    /// The addresses with commas between them, from which the same list can be read.
    public var description: String { members.map(\.description).joined(separator: ",") }

    /// The addresses of a list with commas between them; the list is not checked as a whole.
    static func parsed(_ list: String) throws(PeersError) -> [PeerAddress] {
        guard list.contains(where: { $0 != " " && $0 != "," }) else {
            throw PeersError(.emptyList, "the list is empty: write HOST:PORT,HOST:PORT")
        }
        var members: [PeerAddress] = []
        for (index, part) in list.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let text = part.trimmed
            guard !text.isEmpty else {
                throw PeersError(.emptyList, "place \(index + 1) of the list is empty: there is a comma too many")
            }
            do throws(PeersError) {
                members.append(try PeerAddress(text))
            } catch {
                throw error.at("place \(index + 1) of the list")
            }
        }
        return members
    }

    /// Checks what every list must be.
    ///
    /// - Parameters:
    ///   - members: the list
    ///   - place: what the places are called and numbered by, `place 3` or `line 7`
    /// - Throws: where it is empty, too long, or has an address twice
    static func check(
        _ members: [PeerAddress], place: (Int) -> String = { "place \($0 + 1)" }
    ) throws(PeersError) {
        if members.isEmpty { throw PeersError(.emptyList, "the list is empty: name at least this instance") }
        guard members.count <= maximumCount else {
            throw PeersError(.tooManyMembers, "the list has \(members.count) members: \(maximumCount) are allowed")
        }
        var places: [PeerAddress: Int] = [:]
        for (index, member) in members.enumerated() {
            if let first = places.updateValue(index, forKey: member) {
                throw PeersError(
                    .duplicateAddress,
                    "\(member) stands in the list twice, at \(place(first)) and at \(place(index)): every instance "
                        + "needs an address of its own")
            }
        }
    }

    private static func index(of address: PeerAddress, in members: [PeerAddress]) throws(PeersError) -> Int {
        if let index = members.firstIndex(of: address) { return index }
        throw PeersError(
            .selfNotInList,
            "this instance was said to be \(address), which is not in the list \(members.listed): add it there, or give "
                + "the address as it stands in the list with --self")
    }

    private static func foundIndex(
        in members: [PeerAddress], on machine: some PeersMachine
    ) throws(PeersError) -> Int {
        // Alone it calls nobody, so that it does not matter what others call it.
        if members.count == 1 { return 0 }
        let own = machine.addresses()
        var unknown: [String] = []
        let candidates = members.indices.filter { index in
            let member = members[index]
            if member.isLoopback || own.contains(member.host) { return true }
            guard member.isName else { return false }
            let addresses = machine.addresses(of: member.host)
            if addresses.isEmpty { unknown.append(member.host) }
            return addresses.contains { own.contains($0) || PeerAddress.isLoopback($0) }
        }
        if let only = candidates.first, candidates.count == 1 { return only }
        if candidates.count > 1 {
            let places = candidates.map { "\(members[$0]) (place \($0 + 1))" }.joined(separator: ", ")
            throw PeersError(
                .selfAmbiguous,
                "several addresses of the list are this machine's: \(places); say which one this instance is with "
                    + "--self HOST:PORT")
        }
        var message = "no address of the list \(members.listed) is this machine's, which has "
        message += own.isEmpty ? "none that can be read" : own.joined(separator: ", ")
        if !unknown.isEmpty { message += "; unknown names: \(unknown.joined(separator: ", "))" }
        throw PeersError(.selfNotFound, message + "; say which one this instance is with --self HOST:PORT")
    }
}

extension [PeerAddress] {
    /// The first of them, for messages.
    var listed: String {
        let shown = prefix(8).map(\.description).joined(separator: ", ")
        return count > 8 ? "\(shown) and \(count - 8) more" : shown
    }
}

extension StringProtocol {
    /// Without the blanks and tabs around it.
    var trimmed: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" || character == "\r" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
