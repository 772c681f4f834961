import Connect
import Testing

@testable import ConnectAvro

@Suite("Avro from texts")
struct AvroTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let type: String
        let text: String
        /// What comes out, as plain JSON; nil is refused.
        let result: String?
        var testDescription: String { "\(text) as \(type)" }

        init(_ type: String, _ text: String, _ result: String?) {
            (self.type, self.text, self.result) = (type, text, result)
        }
    }

    private static let record =
        #"{"type":"record","name":"R","fields":[{"name":"id","type":"int"},{"name":"created_at","type":["null","string"]},"#
        + #"{"name":"tag","type":{"type":"array","items":"string"}},{"name":"text","type":"string","default":"-"}]}"#

    @Test(
        "The schema says what texts mean",
        arguments: [
            Case("\"int\"", "\" 007 \"", "7"), Case("\"int\"", "-3", "-3"), Case("\"int\"", "\"+5\"", "5"),
            Case("\"int\"", "\"0-5\"", nil), Case("\"int\"", "\"5.5\"", nil), Case("\"int\"", "\"\"", nil),
            Case("\"int\"", "\"x\"", nil), Case("\"int\"", "\"-\"", nil), Case("\"double\"", "\".\"", nil),
            Case("\"double\"", "\"e5\"", nil), Case("\"double\"", "\"5.\"", "5.0"),
            Case("\"int\"", "\"2147483648\"", nil), Case("\"long\"", "\"2147483648\"", "2147483648"),
            Case("\"double\"", "\".5\"", "0.5"), Case("\"double\"", "\"-00.50e1\"", "-5.0"),
            Case("\"double\"", "\"INF\"", "\"Infinity\""), Case("\"double\"", "\"1.\"", "1.0"),
            Case("\"boolean\"", "\"true\"", "true"), Case("\"boolean\"", "\"0\"", "false"),
            Case("\"boolean\"", "\"yes\"", nil), Case("\"string\"", "12.50", "\"12.50\""),
            Case("\"string\"", ##"{"@a":"1","#text":"x"}"##, "\"x\""), Case("\"string\"", "[1]", nil),
            Case("[\"null\",\"long\"]", "\"\"", "null"), Case("[\"null\",\"long\"]", "\"8\"", "8"),
            Case("[\"string\",\"long\"]", "\"8\"", "8"), Case("[\"string\",\"null\"]", "\"\"", "\"\""),
            Case(#"{"type":"array","items":"int"}"#, "\"1\"", "[1]"),
            Case(#"{"type":"array","items":"int"}"#, "[\"1\",2]", "[1,2]"),
            Case(#"{"type":"map","values":"int"}"#, #"{"a":"1"}"#, #"{"a":1}"#),
            Case(#"{"type":"enum","name":"E","symbols":["A"]}"#, "\"A\"", "\"A\""),
            Case(#"{"type":"enum","name":"E","symbols":["A"]}"#, "\"B\"", nil),
            Case(
                record, ##"{"@id":"1","x:created-at":"now","tag":"a","other":1,"#text":"t"}"##,
                #"{"id":1,"created_at":"now","tag":["a"],"text":"t"}"#),
            Case(record, #"{"id":1}"#, #"{"id":1,"created_at":null,"tag":[],"text":"-"}"#),
            Case(record, "\"only text\"", nil), Case(record, "[]", nil),
            Case(
                #"{"type":"record","name":"T","fields":[{"name":"text","type":"int"}]}"#, "\"5\"", #"{"text":5}"#),
        ] as [Case])
    func texts(_ row: Case) throws {
        var decoder = try AvroTextDecoder(schema: AvroSchema(parsing: row.type)).makeInstance()
        let result = try? decoder.convert(Bytes(row.text)).json(.plain)
        #expect(result?.description == row.result)
    }

    @Test("Unions in each other are not tried in all ways")
    func manyWays() throws {
        let schema = try AvroSchema(
            parsing: #"{"type":"record","name":"Top","fields":[{"name":"next","type":["#
                + #"{"type":"record","name":"A","fields":[{"name":"next","type":["null","A","#
                + #"{"type":"record","name":"B","fields":[{"name":"next","type":["null","A","B"]}]}]}]},"B"]}]}"#)
        let text = (0..<100).reduce("7") { text, _ in #"{"next":\#(text)}"# }
        var decoder = try AvroTextDecoder(schema: schema, limits: AvroLimits(elements: 10_000)).makeInstance()
        let error = #expect(throws: CoderError.self) { try decoder.convert(Bytes(text)) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("What is refused is told with the way to it")
    func messages() throws {
        var decoder = try AvroTextDecoder(schema: AvroSchema(parsing: Self.record)).makeInstance()
        let error = #expect(throws: CoderError.self) { try decoder.convert(#"{"id":"x"}"#) }
        #expect(error?.message == "id: there is string in the JSON, which says no int")
    }
}
