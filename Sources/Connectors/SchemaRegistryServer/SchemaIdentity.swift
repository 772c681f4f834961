import ConnectCatalog
import ConnectJSON

/// What makes two texts of a schema the same: not white space, not the order of members, and not a type in an object alone.
enum SchemaIdentity {
    /// The text in one certain way.
    static func text(of value: JSONValue) -> String {
        switch value.kind {
        case .object:
            let members = value.members.map { (name: $0.name, value: text(of: $0.value)) }
                .sorted { $0.name < $1.name }
            if members.count == 1, members[0].name == "type" { return members[0].value }
            return JSONText.object(members)
        case .array: return "[" + value.elements.map { text(of: $0) }.joined(separator: ",") + "]"
        case .string: return JSONText.quoted(value.string ?? "")
        default: return value.text
        }
    }
}
