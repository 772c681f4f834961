import Connect
import ConnectTesting
import ConnectText
import Testing

@testable import ConnectXML

@Suite("XML coders in a pipeline")
struct CoderTests {
    private static let documents: [Bytes] = (0..<1000).map { Bytes("<order id='\($0)'><sku>s\($0 % 7)</sku></order>") }

    private static func run(_ pipeline: Pipeline, seed: UInt64 = 1) throws {
        try SeededScheduler.run(seed: seed) { scheduler in
            _ = try PipelineRun(pipeline, .quiet(on: scheduler)).wait()
        }
    }

    @Test("Decoders and encoders keep the contract of coders")
    func contracts() throws {
        let texts = ["<a/>", " <a b='1'>x</a>\n", "<x:a xmlns:x='urn:x'/>", "<a><![CDATA[<]]></a>"].map { Bytes($0) }
        let samples = try texts.map { (input: $0, output: try XML.Document(parsing: $0)) }
        try CoderContract(
            XML.DocumentDecoder(), samples: samples,
            malformed: ["", "<a>", "<a></b>", "text", Bytes([0xFF]), "<!DOCTYPE a><a/>"]
        ).verify()
        try CoderContract(
            XML.DocumentEncoder(), samples: [(samples[1].output, "<a b=\"1\">x</a>"), (samples[0].output, "<a/>")]
        ).verify()
        try CoderContract(
            XML.DocumentEncoder(.file), undoneBy: XML.DocumentDecoder(), values: samples.map(\.output)
        ).verify()
    }

    // S-PLAN-2, S-ORD-1
    @Test("The plan puts coders in where types ask for them, on several workers and in order", arguments: [1, 2, 4])
    func areInjected(_ workers: Int) throws {
        let sink = CollectSink<Bytes>()
        let pipeline = Pipeline("orders").coders(.xml)
            .root(ListSource(Self.documents))
            .as(XML.Document.self).par(workers)
            .filterXML(try XML.Path("order[sku!='s3']")).par(workers)
            .filterXML(try XML.XPath("order/@id mod 2 = 0")).par(workers)
            .selectXML(try XML.Path("order/sku")).par(workers)
            .to(sink)
        let listing = try pipeline.plan().description
        #expect(listing.contains("[Bytes] >> XML-DECODE >> [XML.Document]"))
        #expect(listing.contains("[XML.Document] >> XML-ENCODE >> [Bytes]"))
        for seed in 1...3 as ClosedRange<UInt64> { try Self.run(pipeline, seed: seed) }
        let expected = (0..<1000).filter { $0 % 7 != 3 && $0 % 2 == 0 }.map { Bytes("<sku>s\($0 % 7)</sku>") }
        #expect(sink.elements == expected + expected + expected)
    }

    @Test("Text becomes documents, and documents become text, over the coders of text")
    func overText() throws {
        let sink = CollectSink<String>()
        try Self.run(
            Pipeline("text").coders(.text + .xml).root(ListSource([KeyValue(value: "<a/>"), KeyValue(value: "<b />")]))
                .as(XML.Document.self).to(sink))
        #expect(sink.elements == ["<a/>", "<b/>"])
    }

    // S-ERR-1, S-ERR-2
    @Test("A bad document stops the run, is left out, or becomes a dead letter with its bytes", arguments: [1, 3])
    func policies(_ workers: Int) throws {
        let bad: [Bytes] = ["<a><b></a>", Bytes([0x3C, 0x61, 0x3E, 0xE4]), "<a/><b/>"]
        let input: [Bytes] = ["<a/>", bad[0], "<b/>", bad[1], bad[2], "<c/>"]
        func documents(_ policy: ErrorPolicy, _ sink: CollectSink<Bytes>) -> Pipeline {
            Pipeline("policy").coders(.xml).root(ListSource(input))
                .as(XML.Document.self).par(workers).onError(policy).to(sink)
        }
        let failed = CollectSink<Bytes>()
        let error = #expect(throws: (any Error).self) { try Self.run(documents(.fail, failed)) }
        #expect("\(String(describing: error))".contains("an end tag has not the name"))
        #expect(failed.elements == ["<a/>"])
        let skipped = CollectSink<Bytes>()
        try Self.run(documents(.skip, skipped))
        #expect(skipped.elements == ["<a/>", "<b/>", "<c/>"])
        let rest = CollectSink<Bytes>()
        let letters = CollectSink<DeadLetter>()
        try Self.run(documents(.deadLetter(letters), rest))
        #expect(rest.elements == ["<a/>", "<b/>", "<c/>"])
        #expect(
            letters.elements.map(\.bytes).sorted { "\($0 ?? "")" < "\($1 ?? "")" }
                == bad.sorted { "\($0)" < "\($1)" })
        #expect(letters.elements.allSatisfy { $0.errorType == "CoderError" })
    }

    // S-ERR-2
    @Test("A document that a later stage cannot take becomes a dead letter with the bytes it was read from")
    func laterDeadLetters() throws {
        let input: [Bytes] = ["<a n='1'/>", "<a n = 'x' ></a>"]
        let rest = CollectSink<Int>()
        let letters = CollectSink<DeadLetter>()
        try Self.run(
            Pipeline("late").coders(.xml).root(ListSource(input)).as(XML.Document.self)
                .map { document in
                    guard let number = document.root["n"].flatMap({ Int($0) }) else {
                        throw CoderError(.malformed, coder: "NUMBER", "n is no number")
                    }
                    return number
                }.onError(.deadLetter(letters)).to(rest))
        #expect(rest.elements == [1])
        #expect(letters.elements.map(\.bytes) == [input[1]])
    }

    @Test("A worker goes on after large, damaged and strange documents, and after thousands of names")
    func instancesGoOn() throws {
        var instance = try XML.DocumentDecoder(limits: XML.Limits(bytes: 32 << 20)).makeInstance()
        let large = Bytes("<a>" + String(repeating: "<b c='d'>text</b>", count: 200_000) + "</a>")
        let wide = "<a>ä</a>".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let latin = Bytes(Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xE4] + Array("</a>".utf8))
        for round in 0..<2 {
            #expect(try instance.convert("<a/>").root.name == "a")
            #expect(try instance.convert(large).root.elements.count == 200_000)
            #expect(throws: CoderError.self) { try instance.convert(large[0..<(large.count - 1)]) }
            #expect(try instance.convert(Bytes(wide)).root.text == "ä")
            #expect(try instance.convert(latin).root.text == "ä")
            #expect(try instance.convert("<?xml version='1.0' encoding='UTF-8'?><a>ä</a>").root.text == "ä")
            for number in 0..<5000 {
                #expect(try instance.convert(Bytes("<n\(round)-\(number)/>")).root.name == "n\(round)-\(number)")
            }
        }
    }

    @Test("Large documents are read the same as small ones, wherever libxml2 gets its pieces")
    func largeDocuments() throws {
        let limits = XML.Limits(bytes: 32 << 20)
        for shift in 0..<4 {
            let filler = String(repeating: "x", count: (1 << 20) - 40 + shift)
            let inner = "<b k='\r\nv'>é\r\n<![CDATA[\r\n\r]]><![CDATA[\n]]><!--\r\n--><?go \r\nx?>&amp;</b>"
            let document = try XML.Document(parsing: "<a>\(filler)\(inner)\(filler)\(inner)</a>".bytes, limits: limits)
            let small = try XML.Document(parsing: "<a>\(inner)</a>".bytes)
            let expected = try #require(small.root.element("b"))
            #expect(document.root.elements.map { "\($0)" } == ["\(expected)", "\(expected)"])
            #expect(document.root.text.utf8.count == 2 * (filler.utf8.count + expected.text.utf8.count))
        }
        let lines = String(repeating: "line\r\n", count: 400_000)
        let section = try XML.Document(parsing: "<a><![CDATA[\(lines)]]></a>".bytes, limits: limits)
        #expect(section.root.says(String(repeating: "line\n", count: 400_000)))
        let text = try XML.Document(parsing: "<a>\(lines)</a>".bytes, limits: limits)
        #expect(text.root.says(String(repeating: "line\n", count: 400_000)))
    }
}
