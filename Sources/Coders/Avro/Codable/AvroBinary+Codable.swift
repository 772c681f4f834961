import Connect

extension AvroBinary {
    /// A value of Swift by a schema.
    ///
    /// Structures become records or maps, `[UInt8]` arrays or bytes, and enumerations with texts symbols or strings; what is nil
    /// needs a union with null. In a union the first branch counts that fits.
    ///
    /// - Parameters:
    ///   - value: what is encoded
    ///   - schema: the schema it is written by
    ///   - limits: how large it may be
    /// - Throws: `CoderError` where the value does not fit the schema, with the way to what does not; what the value throws
    public init(encoding value: some Encodable, schema: AvroSchema, limits: AvroLimits = AvroLimits()) throws {
        let node = AvroEncodingNode()
        try AvroEncoding(node: node, codingPath: []).encodable(value)
        let tree: AvroValue
        do throws(AvroTreeWriter.Mismatch) {
            tree = try node.value(schema.root, depth: 0, limit: limits.checkedDepth)
        } catch {
            throw error.error
        }
        try self.init(encoding: tree, schema: schema, limits: limits)
    }

    /// The datum as a value of Swift; fields are found by their names.
    ///
    /// - Parameters:
    ///   - type: what is wanted
    ///   - limits: how large the datum may be
    /// - Returns: it; numbers are never rounded
    /// - Throws: `CoderError` where the datum is none of its schema, `DecodingError` where it says something else
    public func decode<Value: Decodable>(_ type: Value.Type, limits: AvroLimits = AvroLimits()) throws -> Value {
        try AvroDecoding(try decode(limits: limits), schema.root, []).decodable(type)
    }
}

extension AvroSchema {
    /// Derives a schema from a type of Swift, by letting it read from nothing.
    ///
    /// Structures become records with the names of their types, what may be nil a union with null and that default, `[UInt8]`
    /// bytes, dictionaries maps, and enumerations that list all their cases and have texts enumerations. ``AvroDate`` and the
    /// others of their kind become logical types.
    ///
    /// - Parameters:
    ///   - type: a type that reads what it also writes
    ///   - namespace: the namespace of all its names; empty for none
    /// - Throws: `CoderError` where the type reads what no schema can say, such as whole numbers of more than 64 bits
    public init(derivedFrom type: any Decodable.Type, namespace: String = "") throws {
        let text: String
        do {
            text = try AvroDeriver(type, namespace: namespace).schema(of: type, [])
        } catch let error as CoderError {
            throw error
        } catch {
            throw AvroDeriver(type, namespace: namespace).refusal("it reads from nothing no value: \(error)", [])
        }
        try self.init(parsing: text)
    }
}
