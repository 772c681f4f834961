import ArgumentParser

struct SchemaVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Shows the JSON Schema of documents, for editors.",
        discussion: """
            connectctl schema > connect.schema.json, and as the first line of a document: \
            # yaml-language-server: $schema=connect.schema.json
            """)

    func run() {
        ToolOutput.show(DocumentSchema(catalog: ToolCatalog.current).tree.json)
    }
}
