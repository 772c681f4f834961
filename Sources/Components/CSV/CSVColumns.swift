import Connect
import ConnectCatalog
import ConnectText

/// The names of the columns, shared by all records of a file.
final class CSVColumns: Sendable {
    let names: [String]
    /// The names as JSON strings.
    let quoted: [String]

    /// Checks names.
    ///
    /// - Throws: `CoderError` where one stands twice
    init(_ names: [String]) throws(CoderError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw CoderError(.malformed, coder: "csv", "the column \"\(name)\" stands there twice")
        }
        self.names = names
        quoted = names.map { JSONText.quoted($0) }
    }
}
