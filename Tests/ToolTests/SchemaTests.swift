import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    @Suite("The schema and the documents of Examples")
    struct SchemaTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Examples/Documents")
        static let examples = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
            .filter { $0.hasSuffix(".yaml") }.sorted()

        private func schema() async throws -> SchemaChecker {
            let run = try await connectctl(["schema"], in: scratch)
            expectQuietSuccess(run)
            let object = try JSONSerialization.jsonObject(with: run.output) as? [String: Any]
            #expect(object?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
            return SchemaChecker(schema: object ?? [:])
        }

        private static func document(_ spec: String) -> String {
            #"{"apiVersion": "connect/v1", "kind": "Pipeline", "spec": \#(spec)}"#
        }

        @Test("The schema takes what validate takes, and refuses misspelt keys, wrong types and unknown components")
        func schemaChecks() async throws {
            let checker = try await schema()
            let table: [(spec: String, isRight: Bool)] = [
                (#"{"source": "file:a", "stages": ["lines"], "sink": "stdout"}"#, true),
                (
                    #"{"source": {"type": "file", "path": "a", "follow": false}, "sink": {"type": "file", "path": "b"}, "stages": ["lines"]}"#,
                    true
                ),
                (
                    #"{"source": "file:a", "stages": ["lines", {"type": "grep", "pattern": "x", "par": 2}], "sink": "stdout", "memory": "64MiB", "checkpointEvery": "1s"}"#,
                    true
                ),
                (
                    #"{"source": {"type": "file", "path": "a", "follow": "true"}, "stages": ["lines"], "sink": "stdout"}"#,
                    true
                ),
                (#"{"sorce": "file:a", "sink": "stdout"}"#, false), (#"{"source": "file:a"}"#, false),
                (#"{"source": "fil:a", "sink": "stdout"}"#, false),
                (#"{"source": {"type": "file", "pth": "a"}, "sink": "stdout"}"#, false),
                (#"{"source": {"type": "file"}, "sink": "stdout"}"#, false),
                (#"{"source": {"type": "file", "path": "a", "follow": "yes"}, "sink": "stdout"}"#, false),
                (
                    #"{"source": "file:a", "stages": [{"type": "grep", "pattern": "x", "par": -1}], "sink": "stdout"}"#,
                    false
                ),
                (#"{"source": "file:a", "stages": ["gerp:x"], "sink": "stdout"}"#, false),
                (#"{"source": "file:a", "stages": ["lines"], "sink": "stdout", "par": "many"}"#, false),
                (#"{"source": "file:a", "stages": ["lines"], "sink": "stdout", "checkpointEvery": "1"}"#, false),
            ]
            for (spec, isRight) in table {
                let text = Self.document(spec)
                let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
                #expect(checker.accepts(value) == isRight, "\(spec)")
                // JSON is YAML: the tool itself sees it the same way.
                let run = try await connectctl(["validate", try scratch.file("d.yaml", text)], in: scratch)
                #expect(run.ending == .exited(isRight ? 0 : 78), "\(spec): \(run.errors)")
            }
        }

        @Test("Every component and every key of it is in the schema")
        func isWhole() async throws {
            let run = try await connectctl(["schema"], in: scratch)
            let list = try await connectctl(["list", "-o", "json"], in: scratch)
            let all = try JSONSerialization.jsonObject(with: list.output) as? [[String: Any]] ?? []
            for component in all {
                #expect(run.text.contains("\"const\": \"\(component["name"] as? String ?? "?")\""))
                for key in component["keys"] as? [[String: Any]] ?? [] {
                    #expect(run.text.contains("\"\(key["name"] as? String ?? "?")\": {"))
                }
            }
        }

        @Test("The documents of Examples do what they say", arguments: examples)
        func examplesRun(name: String) async throws {
            let document = Self.folder.appendingPathComponent(name).path
            let variables = [
                "INPUT=\(scratch.path("in"))", "OUTPUT=\(scratch.path("out"))", "STATE=\(scratch.path("state"))",
            ]
            try scratch.file("in", "one ERROR\ntwo\n")
            expectQuietSuccess(try await connectctl(["validate", document], in: scratch, environment: variables))
            let run = try await connectctl(["run", document], in: scratch, environment: variables)
            expectQuietSuccess(run)
            switch name {
            case "errors.yaml": #expect(run.text == "one error\n")
            case "count.yaml": #expect(run.text == "2\n")
            case "copy.yaml": #expect(try scratch.text("out") == "one ERROR\ntwo\n")
            default: Issue.record("say what \(name) gives")
            }
            if try String(contentsOfFile: document, encoding: .utf8).contains("\ntests:") {
                expectQuietSuccess(try await connectctl(["test", document], in: scratch, environment: variables))
            }
        }

        @Test("There are documents in Examples")
        func areThere() {
            #expect(Self.examples.count >= 3)
        }
    }
}

/// Checks values against the part of JSON Schema that the tool writes.
struct SchemaChecker {
    let schema: [String: Any]

    func accepts(_ value: Any) -> Bool { Self.accepts(value, schema) }

    private static let known: Set<String> = [
        "$schema", "title", "description", "default", "writeOnly", "type", "required", "additionalProperties",
        "properties", "items", "anyOf", "const", "enum", "pattern", "minimum", "maximum",
    ]

    private static func accepts(_ value: Any, _ schema: [String: Any]) -> Bool {
        // A word that is not known here would be believed.
        guard known.isSuperset(of: schema.keys) else { return false }
        if let type = schema["type"] as? String, !isOf(type, value) { return false }
        if let types = schema["type"] as? [String], !types.contains(where: { isOf($0, value) }) { return false }
        if let all = schema["anyOf"] as? [[String: Any]], !all.contains(where: { accepts(value, $0) }) { return false }
        if let wanted = schema["const"] as? String, value as? String != wanted { return false }
        if let words = schema["enum"] as? [String], !words.contains(value as? String ?? "") { return false }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            return false
        }
        if let number = value as? NSNumber, !isOf("boolean", value) {
            if let least = schema["minimum"] as? NSNumber, number.doubleValue < least.doubleValue { return false }
            if let most = schema["maximum"] as? NSNumber, number.doubleValue > most.doubleValue { return false }
        }
        if let object = value as? [String: Any], let properties = schema["properties"] as? [String: [String: Any]] {
            let required = schema["required"] as? [String] ?? []
            guard required.allSatisfy({ object[$0] != nil }) else { return false }
            for (name, member) in object {
                if let property = properties[name] {
                    if !accepts(member, property) { return false }
                } else if schema["additionalProperties"] as? Bool == false {
                    return false
                }
            }
        }
        if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
            return list.allSatisfy { accepts($0, items) }
        }
        return true
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        let isBoolean = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
        switch type {
        case "object": return value is [String: Any]
        case "array": return value is [Any]
        case "string": return value is String
        case "boolean": return isBoolean
        case "integer":
            return !isBoolean && (value as? NSNumber).map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
        case "number": return !isBoolean && value is NSNumber
        default: return false
        }
    }
}
