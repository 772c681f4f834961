/// Which of the instances in a list of peers run a part of a pipeline.
///
/// It is set on a stage by `on(_:)`, and holds for all stages up to the next `split` or merge. Where nothing is said, a
/// source is read by the first instance, or by all where each gets a share of it; what is split runs on all; what is
/// merged, with its sink, on the last.
public enum Placement: Sendable, Hashable, CustomStringConvertible {
    /// The first of the list.
    case first
    /// The last of the list.
    case last
    /// Every instance.
    case all
    /// The first instance of each host.
    case eachHost
    /// The instance whose address this is, as it stands in the list.
    case node(String)

    /// As it is declared: `first`, `node(10.0.0.1:19001)`.
    public var description: String {
        switch self {
        case .first: "first"
        case .last: "last"
        case .all: "all"
        case .eachHost: "eachHost"
        case .node(let address): "node(\(address))"
        }
    }
}
