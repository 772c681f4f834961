import Connect
import ConnectAvro
import ConnectSchemaRegistry
import ConnectSchemaRegistryServer
import ProcessSupport
import Testing

@Suite("The official Python client and the schema registry")
struct JudgeTests {
    private static let rows = [
        ("\"string\"", "\"text\""), ("\"long\"", "-1234567890123"),
        (
            #"{"type":"record","name":"R","namespace":"org.example","fields":[{"name":"n","type":["null","int"],"default":null},{"name":"s","type":"string"}]}"#,
            #"{"n":5,"s":"\u00e9"}"#
        ),
        (
            #"{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"],"default":null},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},{"name":"m","type":{"type":"map","values":{"type":"array","items":"double"}}}]}"#,
            #"{"next":{"next":null,"e":"A","m":{}},"e":"B","m":{"x":[0.5,1.0]}}"#
        ),
    ]

    private static let program = """
        import sys, json
        from confluent_kafka.schema_registry import (
            SchemaRegistryClient, Schema, topic_subject_name_strategy, record_subject_name_strategy,
            topic_record_subject_name_strategy)
        from confluent_kafka.schema_registry.avro import AvroSerializer, AvroDeserializer
        from confluent_kafka.schema_registry.error import SchemaRegistryError
        from confluent_kafka.serialization import SerializationContext, MessageField

        first = True
        for line in open(sys.argv[1], encoding="utf-8"):
            words = line.rstrip("\\n").split("\\t")
            if len(words) == 7:
                url, topic, schema, value, strategy, registers, field = words
                serializer = AvroSerializer(SchemaRegistryClient({"url": url}), schema, conf={
                    "auto.register.schemas": registers == "true",
                    "subject.name.strategy": globals()[strategy + "_subject_name_strategy"]})
                print(serializer(json.loads(value), SerializationContext(topic, field)).hex())
                continue
            url, topic, schema, value, ours = words
            client = SchemaRegistryClient({"url": url})
            value, ours = json.loads(value), bytes.fromhex(ours)
            context = SerializationContext(topic, MessageField.VALUE)
            theirs = AvroSerializer(client, schema)(value, context)
            read = AvroDeserializer(client)(ours, context)
            # The other way round: they register, and what is here must find it.
            mine = AvroSerializer(client, schema)(value, SerializationContext("py-" + topic, MessageField.VALUE))
            key = AvroSerializer(client, schema)(value, SerializationContext("py-" + topic, MessageField.KEY))
            print("same" if theirs == ours else "DIFFERS %r %r" % (theirs, ours))
            print("same" if read == value else "DIFFERS %r" % read)
            print(mine.hex(), key.hex())
            if not first:
                continue
            first = False

            def code(call):
                try:
                    return call()
                except SchemaRegistryError as error:
                    return "%s %s" % (error.http_status_code, error.error_code)

            subject = topic + "-value"
            print(sorted(client.get_subjects(subject_prefix="py-t0")), client.get_versions(subject))
            latest = client.get_latest_version(subject)
            print(latest.subject, latest.version, latest.schema.schema_str)
            print(client.lookup_schema(subject, Schema(schema, "AVRO")).version)
            print(client.test_compatibility(subject, Schema('"bytes"', "AVRO")))
            print(client.test_compatibility(subject, Schema('"int"', "AVRO")))
            print(code(lambda: client.register_schema(subject, Schema('"int"', "AVRO"))))
            print(code(lambda: client.get_schema(4711)), code(lambda: client.get_latest_version("none")))
            print(client.set_compatibility(subject, "NONE")["compatibility"], client.get_compatibility(subject))
            print(client.register_schema(subject, Schema('"int"', "AVRO")) > 0, client.get_versions(subject))
            print(client.delete_version(subject, 2), client.delete_subject(subject), code(lambda: client.get_versions(subject)))
            print(client.delete_subject(subject, permanent=True))
        """

    @Test("Bytes are the same in both directions, and so is what its calls say")
    func judged() async throws {
        let server = try SchemaRegistryServer(port: 0)
        let address = try await server.start()
        let client = try SchemaRegistryClient(SchemaRegistryConfiguration(address))
        var lines: [[String]] = []
        for (number, (schema, value)) in Self.rows.enumerated() {
            let datum = try AvroBinary(json: Bytes(value), .plain, schema: AvroSchema(parsing: schema))
            var encoder = SchemaRegistryEncoder(client, .topicName("t\(number)")).makeInstance()
            lines.append([address, "t\(number)", schema, value, hexadecimal(try encoder.convert(datum))])
        }
        lines += try strategyRows(address, client).map(\.line)
        let answers = try await PythonJudge().answers(Self.program, lines)
        var rest = answers[...]
        func next() -> String { rest.popFirst().map(String.init) ?? "nothing" }
        for (number, (schema, value)) in Self.rows.enumerated() {
            #expect(next() == "same")
            #expect(next() == "same")
            let datum = try AvroBinary(json: Bytes(value), .plain, schema: AvroSchema(parsing: schema))
            let words = next().split(separator: " ")
            try #require(words.count == 2)
            for (word, isKey) in zip(words, [false, true]) {
                let subjects = SubjectStrategy.topicName("py-t\(number)")
                var encoder = SchemaRegistryEncoder(client, subjects, isKey: isKey, registers: false).makeInstance()
                #expect(hexadecimal(try encoder.convert(datum)) == word)
            }
            guard number == 0 else { continue }
            let expected = [
                "['py-t0-key', 'py-t0-value'] [1]", "t0-value 1 \"string\"", "1", "True", "False", "409 409",
                "404 40403 404 40401", "NONE NONE", "True [1, 2]", "2 [1] 404 40401", "[1, 2]",
            ]
            for line in expected { #expect(next() == line) }
        }
        for row in try strategyRows(address, client, registers: false) {
            let theirs = next()
            var encoder = SchemaRegistryEncoder(client, row.subjects, isKey: row.isKey, registers: false).makeInstance()
            #expect(try hexadecimal(encoder.convert(row.datum)) == theirs, "\(row.line)")
        }
        #expect(rest.isEmpty)
        await server.stop()
    }

    /// What a strategy for subjects is tried with.
    private struct StrategyRow {
        let line: [String]
        let subjects: SubjectStrategy
        let isKey: Bool
        let datum: AvroBinary
    }

    /// Keys and values under each kind of subject: half of the schemas are registered here, the others by the client in Python,
    /// and who did not register looks up.
    private func strategyRows(
        _ address: String, _ client: SchemaRegistryClient, registers: Bool = true
    ) throws -> [StrategyRow] {
        var rows: [StrategyRow] = []
        for (number, (schema, value)) in Self.rows.dropFirst(2).enumerated() {
            let topic = "s\(number)"
            let strategies = [
                (SubjectStrategy.topicName(topic), "topic"), (.recordName, "record"),
                (.topicRecordName(topic), "topic_record"),
            ]
            for (subjects, strategy) in strategies {
                for isKey in [true, false] {
                    let datum = try AvroBinary(json: Bytes(value), .plain, schema: AvroSchema(parsing: schema))
                    if registers, number == 0 {
                        var encoder = SchemaRegistryEncoder(client, subjects, isKey: isKey).makeInstance()
                        _ = try encoder.convert(datum)
                    }
                    rows.append(
                        StrategyRow(
                            line: [address, topic, schema, value, strategy, "\(number != 0)", isKey ? "key" : "value"],
                            subjects: subjects, isKey: isKey, datum: datum))
                }
            }
        }
        return rows
    }
}
