/// The rows of NDJSON, beside simdjson's own parse of the file and beside Python.
enum JSONRows {
    static let all = [
        simdjson("json-edit", "NDJSON → set a field, drop one → NDJSON", leastRatio: 0.5),
        simdjson("json-edit-par", "the same on two workers", leastRatio: 0.5),
        simdjson("json-filter", "NDJSON → filter on a field → NDJSON", leastRatio: nil),
        simdjson("json-documents", "NDJSON → documents → filter → NDJSON", leastRatio: nil),
        simdjson("json-documents-par", "the same on two workers", leastRatio: nil),
        python,
    ]

    private static func simdjson(_ name: String, _ work: String, leastRatio: Double?) -> Row {
        Row(name: name) { repetitions in
            let count = try Inputs.prepareEvents()
            return try Row.rate(
                name, work, Contender(kind: .program(name), elements: count),
                limit: Contender(kind: .program("json-simdjson"), elements: count), "simdjson's parse",
                leastRatio: leastRatio
            ).measure(repetitions)
        }
    }

    private static let python = Row(name: "json-python") { repetitions in
        let count = try Inputs.prepareEvents()
        let program = """
            import json, sys
            for line in sys.stdin:
                event = json.loads(line)
                del event["debug"]
                event["source"] = "web"
                sys.stdout.write(json.dumps(event, separators=(",", ":")) + "\\n")
            """
        return try Row.rate(
            "json-python", "NDJSON → set a field, drop one → NDJSON",
            Contender(kind: .wholeProgram("json-edit"), elements: count),
            limit: Contender(
                kind: .command(["/usr/bin/python3", "-c", program], input: Inputs.events), elements: count),
            "Python's json", leastRatio: 5
        ).measure(repetitions)
    }
}
