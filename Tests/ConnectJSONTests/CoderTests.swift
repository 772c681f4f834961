import Connect
import ConnectTesting
import ConnectText
import Testing

@testable import ConnectJSON

private struct Order: Codable, Sendable, Hashable, NamedElement {
    static var elementTypeName: String { "Order" }
    var id: Int
    var sku: String
}

@Suite("JSON coders in a pipeline")
struct CoderTests {
    private static let lines: [Bytes] = (0..<1000).map { Bytes("{\"id\":\($0),\"sku\":\"s\($0 % 7)\"}") }

    private static func run(_ pipeline: Pipeline, seed: UInt64 = 1) throws {
        try SeededScheduler.run(seed: seed) { scheduler in
            _ = try PipelineRun(pipeline, .quiet(on: scheduler)).wait()
        }
    }

    @Test("Decoders and encoders keep the contract of coders")
    func contracts() throws {
        let texts = ["{}", " [1 , 2]\n", "\"x\"", "-0.0e1", "{\"a\":{\"a\":[]}}"].map { Bytes($0) }
        let samples = try texts.map { (input: $0, output: try JSONDocument(parsing: $0)) }
        try CoderContract(
            JSONDocumentDecoder(), samples: samples, malformed: ["", "{", "[1,]", "1 2", Bytes([0xFF])]
        ).verify()
        try CoderContract(
            JSONDocumentEncoder(), samples: [(samples[0].output, "{}"), (samples[1].output, "[1,2]")]
        ).verify()
        try CoderContract(
            JSONCodableEncoder(Order.self), undoneBy: JSONCodableDecoder(Order.self),
            values: [Order(id: 1, sku: "\"ä\n"), Order(id: .min, sku: "")],
            malformed: ["{}", "{\"id\":1.5,\"sku\":\"\"}", "{\"id\":1,\"sku\":2}", "x"]
        ).verify()
        try CoderContract(
            JSONValueDecoder(Order.self),
            samples: [(try JSONDocument(parsing: "{\"sku\":\"a\",\"id\":2}"), Order(id: 2, sku: "a"))],
            malformed: [try JSONDocument(parsing: "[]")]
        ).verify()
    }

    @Test("Documents are written as they came, on one line, or without white space")
    func forms() throws {
        let document = try JSONDocument(parsing: "{ \"a\":\n1 }")
        let line = try JSONDocument(parsing: "{ \"a\": 1 }")
        func written(_ form: JSONDocumentEncoder.Form, _ document: JSONDocument) -> Bytes {
            var instance = JSONDocumentEncoder(form).makeInstance()
            return instance.convert(document)
        }
        #expect(written(.onOneLine, document) == "{\"a\":1}")
        #expect(written(.onOneLine, line) == "{ \"a\": 1 }")
        #expect(written(.asItCame, document) == "{ \"a\":\n1 }")
        #expect(written(.compact, line) == "{\"a\":1}")
    }

    // S-PLAN-2, S-ORD-1
    @Test("The plan puts coders in where types ask for them, on several workers and in order", arguments: [1, 2, 4])
    func areInjected(_ workers: Int) throws {
        let sink = CollectSink<Bytes>()
        let pipeline = Pipeline("orders").coders(.json + .json(Order.self))
            .root(ListSource(Self.lines))
            .as(JSONDocument.self).par(workers)
            .filter { $0["sku"]?.string != "s3" }.par(workers)
            .as(Order.self).par(workers)
            .map { Order(id: $0.id * 2, sku: $0.sku) }.par(workers)
            .to(sink)
        let listing = try pipeline.plan().description
        #expect(listing.contains("[Bytes] >> JSON-DECODE >> [JSON.Document]"))
        #expect(listing.contains("[JSON.Document] >> JSON-DECODE >> [Order]"))
        #expect(listing.contains("[Order] >> JSON-ENCODE >> [Bytes]"))
        for seed in 1...3 as ClosedRange<UInt64> {
            try Self.run(pipeline, seed: seed)
        }
        let kept = (0..<1000).filter { $0 % 7 != 3 }
        let expected = kept.map { Bytes("{\"id\":\($0 * 2),\"sku\":\"s\($0 % 7)\"}") }
        #expect(sink.elements == expected + expected + expected)
    }

    @Test("Text and messages become documents, and documents become text, over the coders of text")
    func overText() throws {
        let sink = CollectSink<String>()
        try Self.run(
            Pipeline("text").coders(.text + .json).root(ListSource([KeyValue(value: "[1]"), KeyValue(value: "{}")]))
                .as(JSONDocument.self).to(sink))
        #expect(sink.elements == ["[1]", "{}"])
    }

    // S-ERR-1, S-ERR-2
    @Test("A bad document stops the run, is left out, or becomes a dead letter with its bytes", arguments: [1, 3])
    func policies(_ workers: Int) throws {
        let bad: [Bytes] = ["{\"id\":1", Bytes([0x22, 0xFF, 0x22]), "{\"id\":1,}"]
        let input: [Bytes] = ["1", bad[0], "2", bad[1], bad[2], "3"]
        func documents(_ policy: ErrorPolicy, _ sink: CollectSink<Bytes>) -> Pipeline {
            Pipeline("policy").coders(.json).root(ListSource(input))
                .as(JSONDocument.self).par(workers).onError(policy).to(sink)
        }
        func edits(_ policy: ErrorPolicy, _ sink: CollectSink<Bytes>) -> Pipeline {
            Pipeline("policy").root(ListSource(input)).json().par(workers).onError(policy).to(sink)
        }
        func filter(_ policy: ErrorPolicy, _ sink: CollectSink<Bytes>) throws -> Pipeline {
            Pipeline("policy").root(ListSource(input)).filterJSON(try JSONCondition(".")).par(workers).onError(policy)
                .to(sink)
        }
        for make in [documents, edits, filter] {
            let failed = CollectSink<Bytes>()
            let error = #expect(throws: (any Error).self) { try Self.run(make(.fail, failed)) }
            #expect("\(String(describing: error))".contains("at byte 7"))
            #expect(failed.elements == ["1"])
            let skipped = CollectSink<Bytes>()
            try Self.run(make(.skip, skipped))
            #expect(skipped.elements == ["1", "2", "3"])
            let rest = CollectSink<Bytes>()
            let letters = CollectSink<DeadLetter>()
            try Self.run(make(.deadLetter(letters), rest))
            #expect(rest.elements == ["1", "2", "3"])
            #expect(
                letters.elements.map(\.bytes).sorted { "\($0 ?? "")" < "\($1 ?? "")" }
                    == bad.sorted { "\($0)" < "\($1)" })
            #expect(letters.elements.allSatisfy { $0.errorType == "CoderError" })
        }
    }

    // S-ERR-2
    @Test("A document that a later stage cannot take becomes a dead letter with the bytes it was read from")
    func laterDeadLetters() throws {
        let input: [Bytes] = ["{\"id\": 1, \"sku\":\"a\"}", "{ \"id\":\"one\" }"]
        let rest = CollectSink<Order>()
        let letters = CollectSink<DeadLetter>()
        try Self.run(
            Pipeline("late").coders(.json + .json(Order.self)).root(ListSource(input)).as(JSONDocument.self)
                .filter { _ in true }.as(Order.self).onError(.deadLetter(letters)).to(rest))
        #expect(rest.elements == [Order(id: 1, sku: "a")])
        #expect(letters.elements.map(\.bytes) == [input[1]])
        #expect(letters.elements.first?.error.contains("id: a number is expected, but a string was found") == true)
    }

    @Test("What cannot be encoded is an error of the element")
    func unencodable() throws {
        let sink = CollectSink<Bytes>()
        try Self.run(
            Pipeline("numbers").coders(.json(Double.self)).root(ListSource([1.5, .nan, .infinity, -0.25]))
                .as(Bytes.self).onError(.skip).to(sink))
        #expect(sink.elements == ["1.5", "-0.25"])
    }

    @Test("A worker that has parsed a large document goes on with small ones")
    func instancesGoOn() throws {
        var instance = try JSONDocumentDecoder().makeInstance()
        let large = Bytes("[" + (0..<400_000).map { "\($0)" }.joined(separator: ",") + "]")
        for _ in 0..<3 {
            #expect(try instance.convert("[1]").root.count == 1)
            #expect(try instance.convert(large).root.count == 400_000)
            #expect(throws: CoderError.self) { try instance.convert(large[0..<(large.count - 1)]) }
        }
    }
}
