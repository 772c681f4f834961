import Connect
import ConnectAvro
import ConnectCatalog
import Testing

@Suite("Avro in words")
struct AvroStageTests {
    private static let schema = #"{"type":"record"\,"name":"R"\,"fields":[{"name":"n"\,"type":["null"\,"int"]}]}"#
    private static let wide =
        #"{"type":"record"\,"name":"R"\,"fields":[{"name":"n"\,"type":["null"\,"long"]}\,"#
        + #"{"name":"s"\,"type":"string"\,"default":"-"}]}"#

    @Test(
        "avro goes from bytes to bytes by a schema",
        arguments: [
            Row("avro:schema=\(schema)", over: ["\u{2}\u{a}", "\0"], gives: [#"{"n":{"int":5}}"#, #"{"n":null}"#]),
            Row("avro:to=plain,schema=\(schema)", over: ["\u{2}\u{a}"], gives: [#"{"n":5}"#]),
            Row("avro:to=binary,from=json,schema=\(schema)", over: [#"{"n":{"int":5}}"#], gives: ["\u{2}\u{a}"]),
            Row("avro:to=binary,from=plain,schema=\(schema)", over: [#"{"n":5}"#], gives: ["\u{2}\u{a}"]),
            Row("avro:to=plain,from=text,schema=\(schema)", over: [#"{"@n":"5","x":1}"#], gives: [#"{"n":5}"#]),
            Row("avro:onError=skip,schema=\"int\"", over: ["", "\u{a}"], gives: ["5"]),
            Row("avro:to=binary,maxBytes=1,onError=skip,schema=\"string\"", over: ["\u{2}a", "\0"], gives: ["\0"]),
            Row(
                "avro-project:fromSchema=\(schema),schema=\(wide)", "avro:to=plain,schema=\(wide)",
                over: ["\u{2}\u{a}"],
                gives: [#"{"n":5,"s":"-"}"#]),
        ] as [Row])
    func bytes(_ row: Row) throws {
        try row.check()
    }

    @Test("Records pass through stages and become JSON where bytes are wanted")
    func records() throws {
        let input: [Bytes] = [#"{"n":1}"#, #"{"n":null}"#]
        let read = "avro:to=records,from=plain,schema=\(Self.schema)"
        #expect(try through(read, over: input) == [#"{"n":{"int":1}}"#, #"{"n":null}"#])
        #expect(
            try through(read, "avro-project:schema=\(Self.wide)", "avro:plain", over: input)
                == [#"{"n":1,"s":"-"}"#, #"{"n":null,"s":"-"}"#])
        #expect(try through(read, "avro:binary", over: input) == ["\u{2}\u{2}", "\0"])
        let single = try through(read, "avro:single-object", over: input)
        #expect(single.map(\.count) == [12, 11])
        #expect(
            try through("avro:to=plain,from=single-object,schema=\(Self.schema)", over: single)
                == [#"{"n":1}"#, #"{"n":null}"#])
    }

    @Test("avro works on parts of messages, and keeps the rest")
    func messages() throws {
        let message = KeyValue(key: "k", value: "\u{a}", headers: [KeyValue.Header("h", "\u{2}")])
        var changed = message
        changed.value = "5"
        #expect(try through("avro:schema=\"int\"", over: [message]) == [changed])
        changed = message
        changed.headers = [KeyValue.Header("h", "1")]
        #expect(try through("avro:schema=\"int\",on=header.h", over: [message]) == [changed])
    }

    @Test("Container files are cut into records, and damaged blocks passed over where that is wanted")
    func files() throws {
        let schema = try AvroSchema(parsing: "\"int\"")
        var writer = try AvroFileWriter(schema: schema, codec: .null, blockBytes: 1)
        var bytes = Array(writer.header)
        for number in [1, 2, 3] as [Int32] {
            if let block = try writer.append(AvroBinary(encoding: .int(number), schema: schema)) { bytes += block }
        }
        #expect(try through(["avro-file"], over: stream(bytes)) == ["1", "2", "3"])
        bytes[bytes.count - 1] ^= 1
        #expect(failure { _ = try through(["avro-file"], over: stream(bytes)) }.contains("mark"))
        #expect(try through(["avro-file:recover=true"], over: stream(bytes)) == ["1", "2"])
    }

    @Test(
        "What cannot be is refused before anything runs",
        arguments: [
            ("avro", "by a schema only"), ("avro:schema=\"nothing\"", "schema is refused"),
            ("avro:schemaFile=/nowhere/x.avsc", "cannot be read"), ("avro:schema=\"int\",schemaFile=x", "two schemas"),
            ("avro-project", "there is no schema"), ("avro-project:schema=\"int\"", "do not tell their schema"),
            ("avro-project:schema=\"int\",fromSchema=\"string\"", "do not fit"), ("avro-file", "cuts files"),
        ] as [(String, String)])
    func refusals(_ stage: String, _ words: String) {
        let text = failure { _ = try through(stage, over: [Bytes]()) }
        #expect(text.contains(words), "\(text)")
    }
}
