import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    @Suite("Avro")
    struct AvroTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("Lines of JSON go into a container file, and come out of it by another schema")
        func thereAndBack() async throws {
            let lines = (0..<1000).map { "{\"n\":\($0)}\n" }.joined()
            let input = try scratch.file("a.ndjson", lines)
            let old = try scratch.file("a.avsc", #"{"type":"record","name":"R","fields":[{"name":"n","type":"int"}]}"#)
            let new = try scratch.file(
                "b.avsc",
                #"{"type":"record","name":"R","fields":[{"name":"s","type":"string","default":"-"},{"name":"n","type":"long"}]}"#
            )
            let packed = scratch.path("a.avro")
            expectQuietSuccess(
                try await connectctl(
                    [
                        "run", "--from", "file:\(input)", "--through", "lines", "--to",
                        "avro-file:\(packed)?schemaFile=\(old)&codec=zstandard",
                    ], in: scratch))
            #expect(try scratch.data("a.avro").starts(with: Data("Obj\u{1}".utf8)))
            let run = try await connectctl(
                [
                    "run", "--from", "file:\(packed)", "--through", "avro-file", "--through",
                    "avro-project:schemaFile=\(new)", "--through", "avro:plain", "--to", "stdout:",
                ], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text == (0..<1000).map { "{\"s\":\"-\",\"n\":\($0)}\n" }.joined())
        }
    }
}
