/// The rows of Avro, beside avrocat of libavro and fastavro of Python, which all read the same container file.
enum AvroRows {
    static let all = [
        row("avro-json", "Avro container → JSON lines", leastRate: 1_200_000, avrocat, "avrocat"),
        row("avro-json-fastavro", "the same", leastRate: 1_200_000, fastavro(json: true), "fastavro"),
        row("avro-pass", "Avro container → records", leastRate: 8_000_000, fastavro(json: false), "fastavro"),
        row(
            "avro-project", "Avro container → projection", leastRate: 8_000_000, fastavro(json: false),
            "fastavro, as it is"),
    ]

    private static let avrocat: @Sendable () throws -> [String] = { ["/usr/bin/avrocat", Inputs.records] }

    private static func fastavro(json: Bool) -> @Sendable () throws -> [String] {
        { try Inputs.fastavro(json: json) }
    }

    private static func row(
        _ name: String, _ work: String, leastRate: Double, _ limit: @escaping @Sendable () throws -> [String],
        _ limitName: String
    ) -> Row {
        // The whole of each program is measured, since commands cannot be measured otherwise.
        Row(name: name) { repetitions in
            let count = try Inputs.prepareRecords()
            let program = name.hasPrefix("avro-json") ? "avro-json" : name
            return try Row.rate(
                name, work, Contender(kind: .wholeProgram(program), elements: count),
                limit: Contender(kind: .command(limit(), input: nil), elements: count), limitName,
                leastRate: leastRate, mostMebibytes: 64
            ).measure(repetitions)
        }
    }
}
