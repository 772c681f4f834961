import Connect

extension AvroSchemaReader {
    /// Looks at all types together: refuses those that no data can end, and notes those that take no bytes.
    mutating func check() throws {
        if let endless = settle(.isFinite) {
            throw AvroError.schema(
                "the record \(AvroError.quoted(details[endless].name)) holds itself without end; put it into a union with null, an array or a map"
            )
        }
        _ = settle(.isEmpty)
    }

    private enum Property {
        case isFinite
        case isEmpty
    }

    /// Finds the types that have a property because of what they hold, in time that grows with the schema and no faster.
    ///
    /// - Returns: the first record that has it not
    private mutating func settle(_ property: Property) -> Int? {
        // How many types inside must still get it before this one has it.
        var missing = nodes.map { node -> Int in
            switch node.kind {
            case .record: Int(node.count)
            case .null: 0
            case .fixed: property == .isFinite || node.first == 0 ? 0 : .max
            case .union where property == .isFinite: node.count == 0 ? 0 : 1
            default: property == .isFinite ? 0 : .max
            }
        }
        var users: [Int: [Int]] = [:]
        for index in nodes.indices where missing[index] > 0 && missing[index] < .max {
            let node = nodes[index]
            for place in Int(node.first)..<Int(node.first + node.count) {
                users[Int(children[place]), default: []].append(index)
            }
        }
        var ready = nodes.indices.filter { missing[$0] == 0 }
        while let index = ready.popLast() {
            if property == .isEmpty { setEmpty(index) }
            for user in users[index] ?? [] where missing[user] > 0 {
                missing[user] -= 1
                if missing[user] == 0 { ready.append(user) }
            }
        }
        return nodes.indices.first { nodes[$0].kind == .record && missing[$0] > 0 }
    }
}
