public import Connect

/// A record that was found valid: its bytes as they came, and where in them each field begins.
///
/// A field is converted when it is asked for. ``value`` makes a tree of all, to be changed and encoded again.
public struct AvroRecord: Sendable {
    /// The datum.
    public let binary: AvroBinary
    /// The fields of the datum, of which the last ends where it does; a union in front of the record has gone.
    private let offsets: [UInt32]
    private let node: Int
    private let limits: AvroLimits

    /// Checks a datum and finds its fields.
    ///
    /// - Parameters:
    ///   - binary: a datum whose schema is a record, or a union of which it is one
    ///   - limits: how large it may be; no more than 4 GiB are taken
    /// - Throws: `CoderError` where the datum is none of its schema, with the offset of what is wrong, or no record
    public init(_ binary: AvroBinary, limits: AvroLimits = AvroLimits()) throws(CoderError) {
        let program = binary.program
        var limits = limits
        limits.bytes = min(limits.bytes, Int(UInt32.max))
        var found = program.root
        do throws(AvroFault) {
            offsets = try binary.data.withUnsafeBytes { data throws(AvroFault) -> [UInt32] in
                try program.scan(data, limits) { scan throws(AvroFault) -> [UInt32] in
                    if scan.nodes[found].kind == .union {
                        let branch = try scan.index(below: scan.nodes[found].count, .unknownBranch, found)
                        found = program.child(found, branch)
                    }
                    guard scan.nodes[found].kind == .record else {
                        throw AvroFault(kind: .unresolvable, offset: 0, node: 0)
                    }
                    let count = Int(scan.nodes[found].count)
                    try scan.count(count, found)
                    var offsets: [UInt32] = []
                    offsets.reserveCapacity(count + 1)
                    for place in 0..<count {
                        offsets.append(UInt32(truncatingIfNeeded: scan.position))
                        try scan.skip(program.child(found, place), 1)
                    }
                    offsets.append(UInt32(truncatingIfNeeded: scan.position))
                    if scan.left > 0 { throw scan.fault(.trailing, found) }
                    return offsets
                }
            }
        } catch {
            throw error.error(program, messages: ["the datum is no record"])
        }
        node = found
        self.binary = binary
        self.limits = limits
    }

    /// The type of the record.
    public var type: AvroType { AvroType(schema: binary.schema, index: node) }

    /// How many fields it has.
    public var count: Int { offsets.count - 1 }

    /// The bytes of a field, without a copy.
    ///
    /// - Parameter place: 0 ..< ``count``
    /// - Returns: a slice of the datum
    public func bytes(of place: Int) -> Bytes { binary.data[Int(offsets[place])..<Int(offsets[place + 1])] }

    /// The value of a field.
    ///
    /// - Parameter place: 0 ..< ``count``
    public subscript(place: Int) -> AvroValue {
        get throws(CoderError) {
            let program = binary.program
            let bytes = bytes(of: place)
            let reader = AvroTreeReader(program: program, data: bytes)
            do throws(AvroFault) {
                return try bytes.withUnsafeBytes { data throws(AvroFault) in
                    try program.scan(data, limits) { scan throws(AvroFault) in
                        try reader.value(program.child(node, place), &scan, 1)
                    }
                }
            } catch {
                // It is valid, but a tree may have more values than the limits allow.
                throw error.error(program)
            }
        }
    }

    /// The value of a field by its name; nil where the record has no such field.
    public subscript(name: String) -> AvroValue? {
        get throws(CoderError) {
            guard let place = binary.program.details[node].fieldPlaces[name] else { return nil }
            return try self[place]
        }
    }

    /// All fields as a tree, to be changed and encoded again.
    public var value: AvroValue {
        get throws(CoderError) { try binary.decode(limits: limits) }
    }

    /// The same record with other values of some fields; the bytes of the others are copied as they are.
    ///
    /// - Parameter changes: new values by the names of fields
    /// - Returns: a record of its own
    /// - Throws: `CoderError` where there is no such field or a value does not fit its type
    public func setting(_ changes: [String: AvroValue]) throws(CoderError) -> AvroRecord {
        let program = binary.program
        let places = program.details[node].fieldPlaces
        if let unknown = changes.keys.filter({ places[$0] == nil }).min() {
            throw CoderError(
                .malformed, coder: AvroError.coder, "the record has no field \(AvroError.quoted(unknown))")
        }
        var writer = AvroTreeWriter(program, limits)
        writer.output.append(binary.data[0..<Int(offsets[0])])
        for place in 0..<count {
            let name = program.details[node].fields[place].name
            guard let value = changes[name] else {
                writer.output.append(bytes(of: place))
                continue
            }
            do throws(AvroTreeWriter.Mismatch) {
                try writer.write(value, program.child(node, place), 1)
            } catch {
                throw error.at(name).error
            }
        }
        return try AvroRecord(AvroBinary(schema: binary.schema, data: writer.take()), limits: limits)
    }
}

extension AvroRecord: Hashable {
    /// Whether two records have the same schema and bytes.
    public static func == (left: AvroRecord, right: AvroRecord) -> Bool { left.binary == right.binary }

    /// Feeds the bytes to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(binary) }
}

extension AvroRecord: NamedElement {
    /// `Avro.Record`
    public static var elementTypeName: String { "Avro.Record" }
}

extension AvroRecord: ByteRecord {
    package var originalBytes: Bytes { binary.data }
    package var occupiedBytes: Int { binary.data.count + offsets.count * MemoryLayout<UInt32>.stride }
}
