import Connect
import ConnectCatalog
import ConnectTesting
import Foundation
import Testing

@Suite("Files as components")
struct FileComponentTests {
    /// A directory that is gone behind the test.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "catalog-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test("A file goes through lines into a file, byte by byte, with and without newlines behind them")
    func copies() throws {
        try withDirectory { directory in
            try write(Array("a\nb\n\nc".utf8), to: "\(directory)/in")
            let words = Words(.bytes([]))
            try words.run(["lines"], to: "file:\(directory)/out", from: "file:\(directory)/in")
            #expect(try text("\(directory)/out") == "a\nb\n\nc")
            try words.run(["lines", "upper"], to: "file:\(directory)/raw?framing=raw", from: "file:\(directory)/in")
            #expect(try text("\(directory)/raw") == "ABC")
            try words.run(["lines"], to: "file:\(directory)/raw?mode=replace", from: "file:\(directory)/in")
            #expect(try text("\(directory)/raw") == "a\nb\n\nc")
            #expect(
                failure {
                    try words.run(["lines"], to: "file:\(directory)/raw?mode=create", from: "file:\(directory)/in")
                } != "")
        }
    }

    @Test("Files that end in .gz are unpacked by lines, unless told otherwise")
    func unpacks() throws {
        try withDirectory { directory in
            let packed = try through("gzip", over: ["x\ny\n"]).flatMap { Array($0) }
            try write(packed, to: "\(directory)/a.gz")
            try write(Array("z\n".utf8), to: "\(directory)/b.log")
            let words = Words(.bytes([]))
            try words.run(["lines"], from: "file:\(directory)/*")
            #expect(words.sink.elements == ["x", "y", "z"])
            let never = Words(.bytes([]))
            try never.run(["lines:decompress=never", "count"], from: "file:\(directory)/a.gz")
            #expect(never.sink.elements != ["2"])
        }
    }

    @Test("Files of CSV that end in .gz are unpacked by csv, unless told otherwise; the plan shows it")
    func unpacksRecords() throws {
        try withDirectory { directory in
            let packed = try through("gzip", over: ["a,b\n1,\"x\ny\"\n2,z\n"]).flatMap { Array($0) }
            let plain = #"{"a":"3","b":"w"}"# as Bytes
            let unpacked = [#"{"a":"1","b":"x\ny"}"#, #"{"a":"2","b":"z"}"#] as [Bytes]
            try write(packed, to: "\(directory)/1.csv.gz")
            try write(Array("a,b\n3,w\n".utf8), to: "\(directory)/2.csv")
            try write(packed, to: "\(directory)/packed")
            let cases: [(path: String, stage: String, isShown: Bool, output: [Bytes]?)] = [
                ("1.csv.gz", "csv", true, unpacked), ("*.csv*", "csv", true, unpacked + [plain]),
                ("2.csv", "csv", false, [plain]), ("2.csv", "csv:decompress=never", false, [plain]),
                ("1.csv.gz", "csv:decompress=always", true, unpacked),
                ("packed", "csv:decompress=always", true, unpacked), ("packed", "csv", false, nil),
                ("1.csv.gz", "csv:decompress=never", false, nil), ("2.csv", "csv:decompress=always", true, nil),
            ]
            for (path, stage, isShown, output) in cases {
                let words = Words(.bytes([]))
                let plan = "\(try words.pipeline([stage], from: "file:\(directory)/\(path)").plan())"
                #expect(plan.contains("GUNZIP") == isShown, "\(path) \(stage): \(plan)")
                if let output {
                    try words.run([stage], from: "file:\(directory)/\(path)")
                    #expect(words.sink.elements == output, "\(path) \(stage)")
                } else {
                    #expect(throws: PipelineError.self, "\(path) \(stage)") {
                        try words.run([stage], from: "file:\(directory)/\(path)")
                    }
                }
            }
        }
    }

    @Test("In the middle of a packed file of CSV a restart goes on with its columns")
    func resumesPackedRecords() throws {
        try withDirectory { directory in
            let rows = (0..<100).map { "\($0),\"x\n\"\n" }.joined()
            let packed = try through("gzip", over: [Bytes("id,text\n" + rows)]).flatMap { Array($0) }
            try write(packed, to: "\(directory)/a.csv.gz")
            let store = MemoryCheckpointStore()
            let words = Words(.bytes([]))
            for limit in [1, 30, 40, nil] {
                let pipeline = try words.pipeline(["csv"], from: "file:\(directory)/a.csv.gz") { $0.limit = limit }
                _ = try SeededScheduler.run(seed: 1) { scheduler in
                    var options = RunOptions.quiet(on: scheduler)
                    options.checkpoints = store
                    return try PipelineRun(pipeline, options).wait()
                }
            }
            #expect(words.sink.elements == (0..<100).map { Bytes(#"{"id":"\#($0)","text":"x\n"}"#) })
        }
    }

    // S-ERR-2
    @Test("Dead letters are lines of JSON with where they stood, why, and the bytes as they were")
    func deadLetters() throws {
        try withDirectory { directory in
            let place = ConfigurationOrigin.commandLine("--dead-letter")
            let words = Words(.bytes(["Zg==", "x\"y", Bytes([0xFF, 0x0A] as [UInt8]), "Zm8="]))
            try words.run(["unbase64:onError=dead-letter,name=decode"]) {
                $0.deadLetter = try ComponentUse(uri: "file:\(directory)/dead", at: place)
            }
            #expect(words.sink.elements == ["f", "fo"])
            let lines = try text("\(directory)/dead").split(separator: "\n")
            try #require(lines.count == 2)
            let letters = try lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(letters.map { $0["pipeline"] as? String } == ["words", "words"])
            #expect(letters.map { $0["stage"] as? String } == ["decode", "decode"])
            #expect(letters.map { $0["position"] as? String } == ["0@1", "0@2"])
            #expect(letters[0]["value"] as? String == "x\"y")
            #expect(letters[1]["value_hex"] as? String == "ff0a")
            #expect((letters[0]["error"] as? String)?.contains("unbase64") == true)
        }
    }

    @Test("Dead letters hold messages with key and headers, and records of CSV as they came")
    func deadLettersOfOtherTypes() throws {
        try withDirectory { directory in
            let place = ConfigurationOrigin.commandLine("--dead-letter")
            let message = KeyValue(key: "k", value: "?", headers: [KeyValue.Header("h", nil)])
            let messages = Words(.messages([message]))
            try messages.run(["unbase64:onError=dead-letter"], to: "collect-messages:") {
                $0.deadLetter = try ComponentUse(uri: "file:\(directory)/messages", at: place)
            }
            let letter = try text("\(directory)/messages")
            #expect(letter.contains(#""key":"k","headers":[{"name":"h","value":null}],"value":"?"}"#), "\(letter)")
            let records = Words(stream("a,b\n1,2\n\"3\n"))
            try records.run(["csv:onError=dead-letter"]) {
                $0.deadLetter = try ComponentUse(uri: "file:\(directory)/records", at: place)
            }
            #expect(records.sink.elements == [#"{"a":"1","b":"2"}"#])
            let record = try text("\(directory)/records")
            #expect(record.contains(#""value":"\"3\n"}"#), "\(record)")
        }
    }

    @Test(
        "What files, input and output cannot do is a mistake of the configuration",
        arguments: [
            ("file:", "collect:", "needs the key \"path\""), ("file:?path=", "collect:", "no file is named"),
            ("file:a?folow=true", "collect:", "follow"), ("file:a?follow=maybe", "collect:", "true or false"),
            ("stdin:name", "collect:", "takes no value without a key"), ("stdin", "collect:", "does not begin with"),
            ("memory:", "file:out/", "does not name a file"), ("memory:", "file:o?mode=overwrite", "one of append"),
            ("memory:", "file:o?rollBytes=many", "number of bytes"),
            ("memory:", "stdout:?framing=crlf", "one of lines, raw"),
            ("memory:", "stdot:", "stdout"), ("upper:", "collect:", "is a stage"),
        ])
    func mistakes(_ source: String, _ sink: String, _ text: String) throws {
        let found = failure { _ = try Words(.bytes([])).pipeline([], to: sink, from: source) }
        #expect(found.contains(text), "\(found)")
    }

    @Test("A stage that follows dead letters needs a place for them")
    func noPlace() throws {
        #expect(failure { _ = try Words(.bytes([])).pipeline(["text:onError=dead-letter"]) }.contains("no place"))
    }
}
