import Connect

/// The members that are registered under a prefix, as etcd's answers and events say. A pure value.
struct EtcdRegistry {
    private struct Entry {
        let address: PeerAddress
        let created: Int64
        let lease: Int64
    }

    /// Under which keys members register; ends with `/`.
    let prefix: String
    /// The revision of the last event that is known.
    private(set) var revision: UInt64 = 0
    /// Keys under the prefix whose values are no addresses.
    private(set) var strangers: [String] = []
    private var entries: [String: Entry] = [:]

    init(prefix: String) {
        self.prefix = prefix
    }

    /// The members in the order in which they registered first; whoever returned before his lease ran out kept his place.
    var members: [PeerAddress] {
        let sorted = entries.values.sorted { ($0.created, $0.address) < ($1.created, $1.address) }
        // Two keys may have the same address only where somebody else wrote them.
        var seen: Set<PeerAddress> = []
        return sorted.map(\.address).filter { seen.insert($0).inserted }
    }

    /// The lease by which a member is registered; nil where it is not.
    func lease(of address: PeerAddress) -> Int64? { entries[key(of: address)]?.lease }

    /// The key under which a member registers.
    func key(of address: PeerAddress) -> String { prefix + address.description }

    /// Takes all keys of a revision in place of what was known.
    mutating func load(_ answer: StateTree, revision: UInt64) {
        entries = [:]
        strangers = []
        for pair in answer["kvs"]?.elements ?? [] { put(pair) }
        self.revision = revision
    }

    /// Takes the events of one message of a watch.
    ///
    /// - Returns: whether there was one that was not known
    mutating func apply(_ events: [StateTree]) -> Bool {
        var isChanged = false
        for event in events {
            guard let pair = event["kv"], let place = pair["mod_revision"]?.whole, let key = Self.key(of: pair) else {
                continue
            }
            let number = UInt64(clamping: place)
            // Several keys may change in one revision, and then come in one message.
            if number < revision { continue }
            if event["type"]?.text == "DELETE" { entries[key] = nil } else { put(pair) }
            revision = number
            isChanged = true
        }
        return isChanged
    }

    private mutating func put(_ pair: StateTree) {
        guard let key = Self.key(of: pair) else { return }
        guard let address = try? PeerAddress(pair["value"]?.text.flatMap(EtcdText.decoded) ?? "") else {
            entries[key] = nil
            if !strangers.contains(key), strangers.count < 16 { strangers.append(key) }
            return
        }
        entries[key] = Entry(
            address: address, created: pair["create_revision"]?.whole ?? 0, lease: pair["lease"]?.whole ?? 0)
    }

    private static func key(of pair: StateTree) -> String? { pair["key"]?.text.flatMap(EtcdText.decoded) }
}
