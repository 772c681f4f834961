import CSIMDJSONLoop
import Connect
import ConnectFiles
import ConnectJSON

/// NDJSON through a chain to standard output, and simdjson's own parse of the same file.
enum JSONPrograms {
    static let all: [String: Program] = [
        "json-edit": { _ in
            try lines.json(.drop("debug"), .set("source", to: "web")).to(StandardOutput()).measure()
            return nil
        },
        "json-edit-par": { _ in
            try lines.json(.drop("debug"), .set("source", to: "web")).par(2).to(StandardOutput()).measure()
            return nil
        },
        "json-filter": { _ in
            let condition = try JSONCondition("request.status >= 500")
            try lines.filterJSON(condition).to(StandardOutput()).measure()
            return nil
        },
        "json-documents": { _ in
            try Pipeline("documents").coders(.json).root(FileSource(Inputs.events).lines())
                .as(JSONDocument.self)
                .filter { $0["level"]?.string != "DEBUG" }
                .to(StandardOutput()).measure()
            return nil
        },
        "json-documents-par": { _ in
            try Pipeline("documents").coders(.json).root(FileSource(Inputs.events).lines())
                .as(JSONDocument.self).par(2)
                .filter { $0["level"]?.string != "DEBUG" }.par(2)
                .to(StandardOutput()).measure()
            return nil
        },
        "json-simdjson": { count in
            guard simdjson_loop_parse(Inputs.events) == count else { throw BenchmarkError("simdjson refuses the file") }
            return nil
        },
    ]

    private static var lines: Def<Bytes> { Pipeline("events").root(FileSource(Inputs.events).lines()) }
}
