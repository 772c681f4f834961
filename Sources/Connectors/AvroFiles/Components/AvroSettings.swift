package import ConnectAvro
package import ConnectCatalog
import Connect
import ConnectFiles

/// What all components of Avro can be told.
package enum AvroSettings {
    /// How large schemas and data may be.
    package static let limitKeys = [
        ConfigurationKey("maxBytes", .bytes, "The most bytes of a datum or block.", default: "64MiB"),
        ConfigurationKey(
            "maxDepth", .integer(0...AvroLimits.mostDepth), "How many values of a datum may stand in each other.",
            default: "128"),
        ConfigurationKey(
            "maxElements", .integer(1...Int.max), "How many values a datum may have.", default: "10000000"),
    ]

    /// How large schemas and data may be.
    package static func limits(_ configuration: Configuration) -> AvroLimits {
        AvroLimits(
            bytes: configuration.bytes("maxBytes") ?? 64 << 20, depth: configuration.integer("maxDepth") ?? 128,
            elements: configuration.integer("maxElements") ?? 10_000_000)
    }

    /// The keys that give a schema.
    ///
    /// - Parameters:
    ///   - text: the key of the schema itself
    ///   - file: the key of a file
    ///   - what: which schema it is, for people
    /// - Returns: the two keys
    package static func schemaKeys(
        _ text: String = "schema", _ file: String = "schemaFile", of what: String
    ) -> [ConfigurationKey] {
        [
            ConfigurationKey(text, .text, "The schema \(what), in JSON.", isUsual: true, example: "\"bytes\""),
            ConfigurationKey(
                file, .text, "A file with the schema, in place of it.", example: "schema.avsc", isAlternative: true),
        ]
    }

    /// The schema that a component was told.
    ///
    /// - Parameters:
    ///   - configuration: what it was told
    ///   - text: the key of the schema itself
    ///   - file: the key of a file
    /// - Returns: nil where it was told none
    /// - Throws: `ConfigurationError` where there are two, the file cannot be read or it is no schema
    package static func schema(
        _ configuration: Configuration, _ text: String = "schema", _ file: String = "schemaFile"
    ) throws(ConfigurationError) -> AvroSchema? {
        guard let path = configuration.text(file) else {
            guard let source = configuration.text(text) else { return nil }
            return try parse(Bytes(source), configuration, text)
        }
        if configuration.isGiven(text) {
            throw configuration.problem(text, "there are two schemas", mend: "Leave \(text) or \(file) out.")
        }
        let source: Bytes
        do {
            source = try read(FilePath(path))
        } catch {
            throw configuration.problem(
                file, "the schema cannot be read: \(error.message)", mend: "Name a file of JSON, such as order.avsc.")
        }
        return try parse(source, configuration, file)
    }

    private static func parse(
        _ source: Bytes, _ configuration: Configuration, _ key: String
    ) throws(ConfigurationError) -> AvroSchema {
        do {
            return try AvroSchema(parsing: source)
        } catch {
            throw configuration.problem(
                key, "\((error as? CoderError)?.message ?? "\(error)")",
                mend: "Write a schema as the specification of Avro has it.")
        }
    }

    private static func read(_ path: FilePath) throws(ConnectorError) -> Bytes {
        let files = POSIXFileSystem()
        let limit = AvroLimits().schemaBytes
        let status = try files.status(of: path)
        guard status.kind == .regular, status.size <= Int64(limit) else {
            throw ConnectorError(.configuration, "\(path) is no file of at most \(limit) bytes")
        }
        return try files.open(path, .reading).content(expecting: Int(status.size))
    }
}
