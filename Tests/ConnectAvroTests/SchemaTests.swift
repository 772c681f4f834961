import Connect
import ConnectJSON
import Testing

@testable import ConnectAvro

@Suite("Schemas of Avro")
struct SchemaTests {
    // The cases of share/test/data/schema-tests.txt of the Avro sources, by their numbers.
    @Test(
        "Canonical forms and fingerprints are those of the Avro sources",
        arguments: [
            (#"{"type":"null"}"#, #""null""#, 7_195_948_357_588_979_594),  // 000, 001
            (#"{"type":"boolean"}"#, #""boolean""#, -6_970_731_678_124_411_036),  // 002, 003
            (#""int""#, #""int""#, 8_247_732_601_305_521_295),  // 004
            (#"{"type":"long"}"#, #""long""#, -3_434_872_931_120_570_953),  // 007
            (#""float""#, #""float""#, 5_583_340_709_985_441_680),  // 008
            (#""double""#, #""double""#, -8_181_574_048_448_539_266),  // 010
            (#""bytes""#, #""bytes""#, 5_746_618_253_357_095_269),  // 012
            (#""string""#, #""string""#, -8_142_146_995_180_207_161),  // 014
            ("[  ]", "[]", -1_241_056_759_729_112_623),  // 016
            (#"[ "int"  ]"#, #"["int"]"#, -5_232_228_896_498_058_493),  // 017
            (#"[ "int" , {"type":"boolean"} ]"#, #"["int","boolean"]"#, 5_392_556_393_470_105_090),  // 018
            (
                #"{"fields":[], "type":"record", "name":"foo", "namespace":"x.y"}"#,
                #"{"name":"x.y.foo","type":"record","fields":[]}"#, 5_916_914_534_497_305_771
            ),  // 020
            (
                #"{"fields":[], "type":"record", "name":"a.b.foo", "namespace":"x.y"}"#,
                #"{"name":"a.b.foo","type":"record","fields":[]}"#, -4_616_218_487_480_524_110
            ),  // 021
            (
                #"{"fields":[], "type":"record", "name":"foo", "doc":"foo", "aliases":["foo","bar"]}"#,
                #"{"name":"foo","type":"record","fields":[]}"#, -4_824_392_279_771_201_922
            ),  // 024
            (
                #"{ "fields":[{"type":"boolean", "aliases":[], "name":"f1", "default":"true"},"#
                    + #" {"order":"descending","name":"f2","doc":"Hello","type":"int"}], "type":"record", "name":"foo"}"#,
                #"{"name":"foo","type":"record","fields":[{"name":"f1","type":"boolean"},{"name":"f2","type":"int"}]}"#,
                -4_860_222_112_080_293_046
            ),  // 026
            (
                #"{"namespace":"x.y.z", "type":"enum", "name":"foo", "doc":"foo bar", "symbols":["A1", "A2"]}"#,
                #"{"name":"x.y.z.foo","type":"enum","symbols":["A1","A2"]}"#, -4_448_647_247_586_288_245
            ),  // 028
            (
                #"{"namespace":"x.y.z", "type":"fixed", "name":"foo", "doc":"foo bar", "size":32}"#,
                #"{"name":"x.y.z.foo","type":"fixed","size":32}"#, -3_064_184_465_700_546_786
            ),  // 030
            (
                #"{ "items":{"type":"null"}, "type":"array"}"#, #"{"type":"array","items":"null"}"#,
                -589_620_603_366_471_059
            ),  // 031
            (
                #"{ "values":"string", "type":"map"}"#, #"{"type":"map","values":"string"}"#,
                -8_732_877_298_790_414_990
            ),  // 032
            (
                #"{"name":"PigValue","type":"record","fields":[{"name":"value", "type":["null", "int", "long", "PigValue"]}]}"#,
                #"{"name":"PigValue","type":"record","fields":[{"name":"value","type":["null","int","long","PigValue"]}]}"#,
                -1_759_257_747_318_642_341
            ),  // 033
        ] as [(String, String, Int64)])
    func canonicalForms(_ text: String, _ canonical: String, _ fingerprint: Int64) throws {
        let schema = try AvroSchema(parsing: text)
        #expect(schema.canonicalForm == canonical)
        #expect(schema.fingerprint == UInt64(bitPattern: fingerprint))
        #expect(try AvroSchema(parsing: canonical).canonicalForm == canonical)
    }

    @Test("What a schema says is kept: names, aliases, documentation, defaults, order, logical types, own attributes")
    func everythingIsKept() throws {
        let schema = try AvroSchema(
            parsing: #"""
                {"type": "record", "name": "Order", "namespace": "org.example", "doc": "What was bought",
                 "aliases": ["Purchase", "old.Sale"], "owner": {"team": "shop"}, "fields": [
                  {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "DONE"], "default": "NEW"},
                   "default": "DONE", "order": "descending", "aliases": ["status"], "doc": "How it stands", "pii": true},
                  {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
                  {"name": "before", "type": ["null", "Order"], "default": null, "order": "ignore"},
                  {"name": "states", "type": {"type": "map", "values": "org.example.State"}},
                  {"name": "key", "type": {"type": "fixed", "name": "other.Key", "size": 16, "logicalType": "uuid"}}]}
                """#)
        let root = schema.root
        #expect(root.name == "org.example.Order")
        #expect(root.aliases == ["org.example.Purchase", "old.Sale"])
        #expect(root.documentation == "What was bought")
        #expect(root.attribute("owner")?["team"]?.string == "shop")
        #expect(root.fields.map(\.name) == ["state", "price", "before", "states", "key"])
        let state = try #require(root[field: "state"])
        #expect(state.type.name == "org.example.State")
        #expect(state.type.symbols == ["NEW", "DONE"])
        #expect(state.type.defaultSymbol == "NEW")
        #expect(state.defaultValue?.string == "DONE")
        #expect(state.order == .descending)
        #expect(state.aliases == ["status"])
        #expect(state.documentation == "How it stands")
        #expect(state.attribute("pii")?.bool == true)
        #expect(root[field: "price"]?.type.logicalType == .decimal(precision: 9, scale: 2))
        #expect(root[field: "before"]?.defaultValue?.isNull == true)
        #expect(root[field: "before"]?.order == .ignore)
        #expect(root[field: "before"]?.type.branches.map(\.name) == ["null", "org.example.Order"])
        #expect(root[field: "states"]?.type.element?.kind == .enumeration)
        #expect(root[field: "key"]?.type.size == 16)
        #expect(root[field: "key"]?.type.logicalType == .uuid)
        #expect(schema.type(named: "other.Key")?.kind == .fixed)
        #expect(schema.type(named: "Key") == nil)
    }

    @Test(
        "Logical types that do not fit are ignored",
        arguments: [
            #"{"type": "string", "logicalType": "date"}"#, #"{"type": "bytes", "logicalType": "decimal"}"#,
            #"{"type": "bytes", "logicalType": "decimal", "precision": 0}"#,
            #"{"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 3}"#,
            #"{"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 5}"#,
            #"{"type": "fixed", "name": "F", "size": 11, "logicalType": "duration"}"#,
            #"{"type": "int", "logicalType": "my-own"}"#, #"{"type": "long", "logicalType": 7}"#,
        ])
    func unfitLogicalTypes(_ text: String) throws {
        #expect(try AvroSchema(parsing: text).root.logicalType == nil)
    }

    @Test("A type may be written as an object around an object, and an error is a record")
    func wrapped() throws {
        #expect(try AvroSchema(parsing: #"{"type": {"type": "string"}}"#).root.kind == .string)
        #expect(try AvroSchema(parsing: #"{"type": ["null", "int"]}"#).root.kind == .union)
        #expect(try AvroSchema(parsing: #"{"type": "error", "name": "E", "fields": []}"#).root.kind == .record)
    }

    @Test(
        "What is no schema is refused, and the message names the type",
        arguments: [
            ("", "nothing"), ("7", "number"), (#""unknown""#, "\"unknown\" is not declared"),
            (#"{"name": "A"}"#, "lacks its \"type\""), (#"["int", "int"]"#, "two of int"),
            (#"["null", ["int"]]"#, "another union"),
            (#"{"type": "fixed", "name": "a.F", "size": -4}"#, "\"a.F\" has -4 bytes"),
            (#"{"type": "fixed", "name": "F", "size": 100000000000}"#, "\"F\" has 100000000000 bytes"),
            (#"{"type": "fixed", "name": "F"}"#, "\"F\" lacks its \"size\""),
            (#"{"type": "record", "name": "R", "fields": [{"name": "r", "type": "R"}]}"#, "\"R\" holds itself"),
            (
                #"{"type": "record", "name": "R", "fields": [{"name": "s", "type": {"type": "record", "name": "S","#
                    + #" "fields": [{"name": "r", "type": ["R", "S"]}]}}]}"#, "\"R\" holds itself"
            ),
            (
                #"{"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}]}"#,
                "two fields \"a\""
            ),
            (#"{"type": "record", "name": "R", "fields": [{"name": "a b", "type": "int"}]}"#, "\"a b\" of \"R\""),
            (#"{"type": "record", "name": "9R", "fields": []}"#, "\"9R\" has a name"),
            (#"{"type": "record", "name": "int", "fields": []}"#, "primitive"),
            (#"{"type": "record", "name": "x.string", "fields": []}"#, "primitive"),
            (#"{"type": "record", "fields": []}"#, "record lacks its \"name\""),
            (#"{"type": "record", "name": "R"}"#, "\"R\" lacks its \"fields\""),
            (#"{"type": "enum", "name": "E", "symbols": ["A", "A"]}"#, "two symbols \"A\""),
            (#"{"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}"#, "\"default\" of the enum \"E\""),
            (#"{"type": "enum", "name": "E", "symbols": [7]}"#, "\"E\" has a symbol"),
            (
                #"[{"type": "fixed", "name": "F", "size": 1}, {"type": "array", "items": {"type": "fixed", "name": "F", "size": 1}}]"#,
                "\"F\" is declared twice"
            ),
            (#"{"type": "array"}"#, "\"items\""), (#"{"type": "map"}"#, "\"values\""),
            (#"{"type": "record", "name": "R", "aliases": "x", "fields": []}"#, "\"aliases\" of \"R\""),
            (#"{"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "order": "up"}]}"#, "\"order\""),
        ])
    func refused(_ text: String, _ part: String) {
        let error = #expect(throws: CoderError.self) { try AvroSchema(parsing: text) }
        #expect(error?.description.contains(part) == true, "\(error.map { "\($0)" } ?? "taken")")
    }

    @Test("A schema with five thousand levels, or beyond a size, is refused")
    func depth() throws {
        func nested(_ count: Int) -> String {
            (0..<count).reduce(into: "\"int\"") { text, _ in text = #"{"type":"array","items":"# + text + "}" }
        }
        #expect(try AvroSchema(parsing: nested(64)).root.kind == .array)
        let limit = AvroLimits(schemaBytes: 1 << 20, schemaDepth: 5000)
        for (levels, limits) in [(65, AvroLimits()), (5000, AvroLimits()), (5000, limit)] {
            let error = #expect(throws: CoderError.self) { try AvroSchema(parsing: nested(levels), limits: limits) }
            #expect(error?.code == .limitExceeded)
            #expect(error?.message.contains("deep") == true)
        }
        let error = #expect(throws: CoderError.self) {
            try AvroSchema(parsing: "\"string\"", limits: AvroLimits(schemaBytes: 7))
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Schemas of the same text are one")
    func interned() throws {
        let one = try AvroSchema(parsing: #"{"type": "array", "items": "int"}"#)
        let other = try AvroSchema(parsing: #"{"type": "array", "items": "int"}"#)
        #expect(one.program === other.program)
        #expect(one == other)
        #expect(try one != AvroSchema(parsing: #"{"type": "array", "items": "long"}"#))
    }

    @Test("Schemas that nobody uses any more are forgotten")
    func forgotten() throws {
        let kept = try AvroSchema(parsing: #"{"type": "fixed", "name": "Kept", "size": 77}"#)
        for size in 0..<500 {
            _ = try AvroSchema(parsing: #"{"type": "fixed", "name": "Forgotten", "size": \#(size)}"#)
        }
        AvroSchemaTable.shared.forget()
        // Other tests have theirs meanwhile.
        #expect(AvroSchemaTable.shared.count < 400)
        #expect(try AvroSchema(parsing: kept.text).program === kept.program)
    }

    @Test("Many records that hold each other in a row are checked without going over all of them for each")
    func manyRecords() throws {
        let count = 5000
        var records = (0..<count).map { place in
            let field =
                place == 0 ? "" : #"{"name": "a", "type": "R\#(place - 1)"}, {"name": "b", "type": "R\#(place - 1)"}"#
            return #"{"type": "record", "name": "R\#(place)", "fields": [\#(field)]}"#
        }
        records.append(#""null""#)
        let schema = try AvroSchema(parsing: "[\(records.joined(separator: ","))]")
        #expect(schema.root.branches.count == count + 1)
        #expect(schema.program.nodes[schema.root.branches[count - 1].index].isEmpty)
    }
}
