import Connect
import ConnectJSON

/// A type in the flat form that readers go through: plain numbers only, so that nothing is counted on the way.
struct AvroNode: Sendable {
    var kind: AvroKind
    /// Whether its values take no bytes.
    var isEmpty = false
    /// Of records and unions where their types begin in the list of children, of arrays and maps their type, of
    /// enumerations how many symbols there are, of fixed the size in bytes.
    var first: Int32 = 0
    /// Of records and unions how many types they hold.
    var count: Int32 = 0
    /// Its own place in the list of types.
    var index: Int32 = 0
}

/// What is known of a type beside its form.
struct AvroDetails: Sendable {
    var name = ""
    var aliases: [String] = []
    var fields: [AvroFieldDetails] = []
    var fieldPlaces: [String: Int] = [:]
    var symbols: [String] = []
    var symbolPlaces: [String: Int] = [:]
    /// The place of the symbol for those that are not known; -1 where there is none.
    var defaultSymbol = -1
    var logicalType: AvroLogicalType?
    /// The object that declares the type; nil where it is only named.
    var declaration: JSONValue?
}

/// What is known of a field of a record.
struct AvroFieldDetails: Sendable {
    var name: String
    var aliases: [String]
    var defaultValue: JSONValue?
    var order: AvroField.Order
    var declaration: JSONValue
}

/// A compiled schema, which all that use it share.
final class AvroProgram: Sendable {
    let text: Bytes
    let nodes: AvroTable<AvroNode>
    /// The types in records and unions, each once more beside its neighbours.
    let children: AvroTable<AvroNode>
    let details: [AvroDetails]
    let names: [String: Int32]
    let root: Int
    let canonicalForm: String
    let fingerprint: UInt64
    let tokens: AvroJSONTokens
    /// Under which limits data were found valid that stand beside this program.
    let check: AvroCheck
    /// The program of the same text that stands beside all other data; nil where it is this one.
    let original: AvroProgram?

    init(_ reader: AvroSchemaReader, root: Int, text: Bytes, original: AvroProgram?, check: AvroCheck) {
        self.original = original
        self.check = check
        self.text = text
        var nodes = reader.nodes
        for index in nodes.indices { nodes[index].index = Int32(index) }
        self.nodes = AvroTable(nodes)
        children = AvroTable(reader.children.map { nodes[Int($0)] })
        details = reader.details
        names = reader.names
        self.root = root
        tokens = AvroJSONTokens(reader)
        canonicalForm = AvroCanonicalForm.text(of: reader, root: root)
        fingerprint = AvroFingerprint.rabin(canonicalForm.utf8)
    }

    /// The type at a place of a record or union.
    func child(_ node: Int, _ place: Int) -> Int { Int(children[Int(nodes[node].first) + place].index) }
}
