import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

/// Of data that were found valid not all is looked at when they are projected; what they become is the same.
@Suite("Projection of Avro data that were found valid")
struct ProjectionPathTests {
    private static let types = [
        "i": #""int""#, "l": #""long""#, "s": #""string""#, "z": #""null""#, "d": #""double""#,
        "u": #"["null", "string"]"#, "a": #"{"type": "array", "items": "string"}"#, "f": #""float""#, "b": #""bytes""#,
        "r":
            #"{"type": "record", "name": "I", "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "int"}]}"#,
        "t":
            #"{"type": "record", "name": "I", "fields": [{"name": "b", "type": "int"}, {"name": "n", "type": "int", "default": 7}]}"#,
        "e": #"{"type": "record", "name": "N", "fields": []}"#,
    ]
    private static let values: [String: AvroValue] = [
        "i": .int(-70), "l": .long(1 << 40), "s": .string("é and more"), "z": .null, "d": .double(0.25),
        "u": .union(branch: 1, .string("note")), "a": .array([.string("red"), .string("")]), "f": .float(2),
        "r": .record([AvroMember("a", .string("in")), AvroMember("b", .int(300))]), "e": .record([]),
    ]
    private static let defaults = ["l": "5", "s": #""new""#, "u": "null", "a": #"["x"]"#]

    /// The fields of the writer and of the reader: a name and the type's letter each; + has a default.
    private static let evolutions: [(writer: String, reader: String)] = [
        // Left out at the beginning, within and at the end.
        ("1i 2s 3a 4l", "2s 3a 4l"), ("1i 2s 3a 4l", "1i 4l"), ("1i 2s 3a 4l", "1i 2s 3a"), ("1i 2s 3a 4l", "2s"),
        ("1i 2s 3a 4l", "1i"), ("1i 2s 3a 4l", "4l"), ("1s 2u 3r 4a", "2u 4a"), ("1s 2u 3r 4a", "1s 3r"),
        // Put in.
        ("1i 2s", "+9s 1i 2s"), ("1i 2s", "1i +9a 2s"), ("1i 2s", "1i 2s +9u"), ("1i 2s", "+8l +9s"),
        ("1i 2s 3a", "+7l 1i +8u 3a +9s"), ("", "+9s"),
        // Nothing is left.
        ("1i 2s 3a", ""), ("1a", ""),
        // What takes no bytes, at both ends.
        ("1z 2i 3z", "2i 3z"), ("1z 2i 3z", "1z"), ("1i 2e", "2e"), ("1i 2e", "1i"), ("1z 2e", "2e"),
        // Changed, at both ends and within.
        ("1i 2s 3l", "1d 2s 3l"), ("1i 2s 3l", "1l 2b 3f"), ("1i 2s 3i", "2s 3d"), ("1i 2i 3a", "1d 3a"),
        ("1s 2r 3a", "2t 3a"), ("1r 2s", "1t"), ("1s 2r", "2t"), ("1u 2s", "2u"), ("1s 2s", "1u 2s"),
        // In another order.
        ("1i 2s 3a", "3a 1i"), ("1i 2s 3a", "3a 2s 1d +9l"), ("1r 2s", "2s 1t"),
    ]

    private static func schema(_ fields: String) throws -> AvroSchema {
        let list = try fields.split(separator: " ").map { field in
            let letter = String(field.suffix(1))
            let type = try #require(types[letter])
            let value = field.hasPrefix("+") ? #", "default": \#(defaults[letter] ?? "null")"# : ""
            return #"{"name": "f\#(field.filter(\.isNumber))", "type": \#(type)\#(value)}"#
        }
        return try AvroSchema(parsing: #"{"type": "record", "name": "R", "fields": [\#(list.joined(separator: ","))]}"#)
    }

    private static func datum(_ fields: String, _ schema: AvroSchema) throws -> [UInt8] {
        let members = try fields.split(separator: " ").map { field in
            let value = try #require(values[String(field.suffix(1))])
            return AvroMember("f\(field.filter(\.isNumber))", value)
        }
        return Array(try AvroBinary(encoding: .record(members), schema: schema).data)
    }

    /// What a datum becomes, or what is wrong with it.
    private static func result(_ body: () throws -> AvroBinary) -> String {
        do {
            let binary = try body()
            return "\(Array(binary.data))"
        } catch let error as CoderError {
            return "\(error.code) at \(error.offset ?? -1): \(error.message)"
        } catch {
            return "\(error)"
        }
    }

    private static func result(_ binary: AvroBinary, _ projector: inout AvroProjector.Instance) -> String {
        result { try projector.convert(binary) }
    }

    /// The same datum, of which it is said that it was found valid.
    private static func valid(_ binary: AvroBinary) throws -> AvroBinary {
        let program = try AvroSchemaTable.shared.program(
            binary.schema.text, AvroLimits(), check: AvroCheck(AvroLimits()))
        return AvroBinary(valid: binary.data, of: program)
    }

    @Test("They become what others become, whatever changes in their schema", arguments: evolutions)
    func same(_ evolution: (writer: String, reader: String)) throws {
        let (writer, reader) = (try Self.schema(evolution.writer), try Self.schema(evolution.reader))
        let data = try Self.datum(evolution.writer, writer)
        let binary = AvroBinary(schema: writer, data: Bytes(data))
        let decoded = try AvroProjection(from: writer, to: reader).project(binary).decode()
        guard case .record(let members) = decoded else { throw TestFailure("no record") }
        #expect(members.map(\.name) == reader.root.fields.map(\.name))
        for bytes in 0...(data.count + 16) {
            var projector = AvroProjector(to: reader, limits: AvroLimits(bytes: bytes)).makeInstance()
            let expected = Self.result(binary, &projector)
            #expect(Self.result(try Self.valid(binary), &projector) == expected, "\(bytes) bytes")
        }
    }

    @Test(
        "Damaged data are refused for what is wrong with them; what is still valid becomes the same",
        arguments: evolutions)
    func damaged(_ evolution: (writer: String, reader: String)) throws {
        let (writer, reader) = (try Self.schema(evolution.writer), try Self.schema(evolution.reader))
        var projector = AvroProjector(to: reader).makeInstance()
        for data in Damage.all(of: try Self.datum(evolution.writer, writer)) {
            let binary = AvroBinary(schema: writer, data: Bytes(data))
            let projected = Self.result(binary, &projector)
            do throws(CoderError) {
                try binary.validate()
            } catch {
                #expect(projected == Self.result { throw error }, "\(data)")
                continue
            }
            #expect(Self.result(try Self.valid(binary), &projector) == projected, "\(data)")
        }
    }
}
