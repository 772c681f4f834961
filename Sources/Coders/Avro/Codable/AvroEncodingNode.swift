import Connect

/// What a value of Swift has become so far, before it is known which type of Avro it gets.
final class AvroEncodingNode {
    enum Content {
        case null
        case bool(Bool)
        case integer(Int128)
        case float(Float)
        case double(Double)
        case string(String)
        case logical(AvroLogicalValue)
        case array([AvroEncodingNode])
        case members([(name: String, node: AvroEncodingNode)])
    }

    /// Nil where nothing was written.
    var content: Content?

    func append(_ node: AvroEncodingNode) {
        if case .array(var nodes) = content {
            content = nil
            nodes.append(node)
            content = .array(nodes)
        }
    }

    func append(_ name: String, _ node: AvroEncodingNode) {
        if case .members(var members) = content {
            content = nil
            members.append((name, node))
            content = .members(members)
        }
    }

    /// The order of a dictionary is another one in each process; that of the names is not.
    func sort() {
        if case .members(let members) = content { content = .members(members.sorted { $0.name < $1.name }) }
    }
}
