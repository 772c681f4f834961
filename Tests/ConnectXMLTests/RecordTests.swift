import Connect
import ConnectTesting
import Testing

@testable import ConnectXML

@Suite("Records cut out of streams of XML")
struct RecordTests {
    private func cut(
        _ text: String, _ path: String, by size: Int = 1000, maxBytes: Int = 1 << 20,
        doctype: XML.Limits.Doctype = .refused
    ) throws -> SplitterOutput<Bytes> {
        var instance = try XML.Records(path, maxBytes: maxBytes, doctype: doctype).makeInstance()
        return run(&instance, chunks(Array(text.utf8), sizes: { size }))
    }

    private func records(_ text: String, _ path: String, by size: Int = 1000) throws -> [String] {
        let output = try cut(text, path, by: size)
        #expect(output.error == nil)
        return output.pieces.map { "\($0.element)" }
    }

    @Test(
        "Elements at a path are records, with all that stands in them",
        arguments: [
            ("<f><e>1</e><e>2</e></f>", "/f/e", ["<e>1</e>", "<e>2</e>"]),
            (
                "<?xml version='1.0'?>\n<!-- <f> --><f>\n <e/>\n x<g><e/></g> <e a='>'></e></f>\n", "/f/e",
                ["<e/>", "<e a='>'></e>"]
            ),
            ("<f><e><e>in</e></e><e/></f>", "f/e", ["<e><e>in</e></e>", "<e/>"]),
            (
                "<f><e><![CDATA[</e>]]></e><e><!--</e>--></e><e><?</e>?></e></f>", "/f/e",
                [
                    "<e><![CDATA[</e>]]></e>", "<e><!--</e>--></e>", "<e><?</e>?></e>",
                ]
            ),
            ("<f><e a=\"</e>\" b='\"'>x</e></f>", "/f/e", ["<e a=\"</e>\" b='\"'>x</e>"]),
            ("<f><g><e>1</e></g><h><e>2</e></h><g/><g><x/><e>3</e></g></f>", "/f/g/e", ["<e>1</e>", "<e>3</e>"]),
            ("<f><g><e>1</e></g><h><e>2</e></h></f>", "/f/*/e", ["<e>1</e>", "<e>2</e>"]),
            ("<f><e>1</e><d/>x</f>", "/f/*", ["<e>1</e>", "<d/>"]),
            ("<a>1</a>\n<?xml version='1.0'?><a>2</a><a/>", "/a", ["<a>1</a>", "<a>2</a>", "<a/>"]),
            ("<a/><b/>", "/*", ["<a/>", "<b/>"]),
            ("<x:f xmlns:x='u'><x:e>1</x:e></x:f>", "/f/e", ["<x:e xmlns:x='u'>1</x:e>"]),
            ("<x:f xmlns:x='u'><x:e/><e/></x:f>", "/x:f/x:e", ["<x:e xmlns:x='u'/>"]),
            ("<f></f>", "/f/e", []), ("<f/>", "/f/e", []), ("", "/f/e", []), (" \n ", "/f/e", []),
            ("<f/>", "/f", ["<f/>"]),
            ("<f><ee/><e-e/><e.e/></f>", "/f/e", []), ("<f><e\n/><e\t></e ></f>", "/f/e", ["<e\n/>", "<e\t></e >"]),
            // Wrong inside: the records around it are right.
            ("<f><e>1</e><e><a></e><e>3</e></f>", "/f/e", ["<e>1</e>", "<e><a></e>", "<e>3</e>"]),
            ("<f><e>&x;<</e><e>2</e></f>", "/f/e", ["<e>&x;<</e>", "<e>2</e>"]),
        ] as [(String, String, [String])])
    func cuts(_ text: String, _ path: String, _ expected: [String]) throws {
        for size in [1, 2, 3, 7, 1000] { #expect(try records(text, path, by: size) == expected, "chunks of \(size)") }
    }

    @Test("Namespaces that are declared around a record are declared in it, those of inner elements first")
    func namespaces() throws {
        let text = """
            <f xmlns="urn:1" xmlns:a = 'urn:a' k="v"><g xmlns:b="urn:b" xmlns="urn:2"><e/><e xmlns="urn:3" xmlns:c='c'/>
            <a:e xmlns:a="urn:other" a:x="1">t</a:e></g><g><e/></g></f>
            """
        let expected = [
            #"<e xmlns:b="urn:b" xmlns="urn:2" xmlns:a='urn:a'/>"#,
            #"<e xmlns:b="urn:b" xmlns:a='urn:a' xmlns="urn:3" xmlns:c='c'/>"#,
            #"<a:e xmlns:b="urn:b" xmlns="urn:2" xmlns:a="urn:other" a:x="1">t</a:e>"#,
            #"<e xmlns="urn:1" xmlns:a='urn:a'/>"#,
        ]
        for size in [1, 5, 1000] { #expect(try records(text, "/f/g/e", by: size) == expected) }
        let whole = try XML.Document(parsing: text.bytes)
        let elements = whole.all(try XML.Path("f/g/e"))
        for (record, element) in zip(expected, elements) {
            let alone = try XML.Document(parsing: record.bytes).root
            #expect(alone.namespace == element.namespace)
            #expect(alone.attributes == element.attributes)
        }
    }

    @Test("Records of another encoding say so, and those of a document type have it")
    func prologs() throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><f><e>".utf8) + [0xE4] + Array("</e></f>".utf8)
        var instance = try XML.Records("/f/e").makeInstance()
        let output = run(&instance, chunks(latin, sizes: { 11 }))
        #expect(try output.pieces.map { try XML.Document(parsing: $0.element).root.text } == ["ä"])
        let typed = "<!DOCTYPE f [<!ENTITY x \"]>\"><!-- ]> -->]><f><e>&x;</e><e/></f>"
        let refused = try cut(typed, "/f/e")
        #expect(refused.error?.message.contains("DOCTYPE") == true && refused.pieces.isEmpty)
        for size in [1, 9, 1000] {
            let taken = try cut(typed, "/f/e", by: size, doctype: .internalSubset)
            let limits = XML.Limits(doctype: .internalSubset)
            #expect(taken.error == nil)
            #expect(
                try taken.pieces.map { try XML.Document(parsing: $0.element, limits: limits).root.text } == ["]>", ""])
        }
    }

    // S-ACK-6
    @Test("Wherever a run is broken off, the next one goes on behind the last record that is done")
    func resumes() throws {
        let text = Array(
            ("<?xml version='1.0'?><f xmlns:x='u'>" + (0..<40).map { "<x:e n='\($0)'>\n</x:e>\n" }.joined() + "</f>")
                .utf8)
        let rules = try XML.Records("/f/e")
        var first = rules.makeInstance()
        let all = run(&first, chunks(text, sizes: { 17 }))
        #expect(all.pieces.count == 40 && all.completions == [0: Int64(text.count)])
        for done in 0...40 {
            var next = rules.makeInstance()
            let offset = done == 0 ? 0 : all.pieces[done - 1].next
            let registry = FakeRegistry("feed")
            let starts = try next.resume(at: [Position(partition: "feed", offset: offset)], partitions: registry)
            #expect(starts == [Position(partition: "feed", offset: 0)])
            let rest = run(&next, chunks(text, sizes: { 23 }), limit: { 7 })
            #expect(rest.pieces == Array(all.pieces.dropFirst(done)))
            #expect(rest.completions == all.completions)
        }
        var ended = rules.makeInstance()
        let complete = Position(partition: "feed", offset: 9, isComplete: true)
        #expect(try ended.resume(at: [complete], partitions: FakeRegistry("feed")) == [complete])
    }

    @Test(
        "What is malformed around the records is an error, with its place, after the records before it",
        arguments: [
            ("<f><e/></g>", "/f/e", 7, "end tag", 1), ("<g><e/></g>", "/f/e", 0, "outermost element", 0),
            ("text", "/f", 0, "outside of the root", 0), ("<f/>text", "/f", 4, "outside of the root", 1),
            ("<f><e/>", "/f/e", 7, "ends before", 1), ("<f><e>", "/f/e", 6, "ends before", 0),
            ("<f><e/><!-- x", "/f/e", 13, "ends before", 1), ("<f><e/><e a='", "/f/e", 13, "ends before", 1),
            ("<f><e/></f", "/f/e", 10, "ends before", 1), ("<", "/f/e", 1, "ends before", 0),
            ("</f>", "/f", 0, "end tag", 0),
            ("<f><e/><!x></f>", "/f/e", 7, "<! begins", 1), ("<f>< e/></f>", "/f/e", 3, "no name", 0),
            ("<f><e/><!DOCTYPE f></f>", "/f/e", 7, "DOCTYPE stands inside", 1),
        ] as [(String, String, Int, String, Int)])
    func malformed(_ text: String, _ path: String, _ offset: Int, _ words: String, _ before: Int) throws {
        for size in [1, 4, 1000] {
            let output = try cut(text, path, by: size)
            #expect(output.error?.offset == Int64(offset), "\(String(describing: output.error))")
            #expect(output.error?.message.contains(words) == true, "\(String(describing: output.error))")
            #expect(output.error?.message.contains("stream number 0") == true)
            #expect(output.pieces.count == before)
        }
    }

    @Test("Streams that are packed, in UTF-16, or do not follow on are refused")
    func refusedStreams() throws {
        for (bytes, words) in [
            ([0x1F, 0x8B, 8, 0, 0], "gzip"), ([0xFF, 0xFE, 0x3C, 0, 0x61, 0], "UTF-16"),
            (Array("<?xml version='1.0' encoding='UTF-7'?><f/>".utf8), "encoding"),
        ] as [([UInt8], String)] {
            var instance = try XML.Records("/f").makeInstance()
            #expect(run(&instance, chunks(bytes, sizes: { 2 })).error?.message.contains(words) == true)
        }
        var instance = try XML.Records("/f").makeInstance()
        try instance.push(StreamChunk(stream: PartitionID(index: 0), offset: 0, bytes: "<f>"))
        let gap = run(&instance, chunks(Array("<f></f>".utf8), from: 5, sizes: { 9 }))
        #expect(gap.error?.message.contains("without gaps") == true)
    }

    @Test("A record may be as long as is said, and no longer; what is passed over may be of any length")
    func limits() throws {
        let long = String(repeating: "x", count: 5000)
        let text = "<f><!--\(long)--><g a='1'>\(long)</g>\(long)<e>1</e><e>\(long)</e></f>"
        for size in [10, 100_000] {
            let output = try cut(text, "/f/e", by: size, maxBytes: 100)
            #expect(output.pieces.map(\.element) == ["<e>1</e>"])
            #expect(output.error?.code == .limitExceeded)
            #expect(try cut(text, "/f/e", by: size, maxBytes: 5007).pieces.count == 2)
            #expect(try cut(text, "/f/e", by: size, maxBytes: 5006).error?.code == .limitExceeded)
            #expect(try cut("<f><e a='\(long)'/></f>", "/f/e", by: size, maxBytes: 100).error?.code == .limitExceeded)
        }
    }

    @Test(
        "What is no path is refused",
        arguments: ["", "/", "f//e", "/f/@e", "/f/e[1]", "/f/a:b:c", "//e", "/f/e/", "a b"])
    func paths(_ path: String) {
        #expect(throws: CoderError.self) { try XML.Records(path) }
    }

    @Test("Several streams at once are cut each for itself")
    func interleaved() throws {
        var instance = try XML.Records("/f/e").makeInstance()
        let one = chunks(Array("<f><e>1</e><e>2</e></f>".utf8), stream: 0, sizes: { 5 })
        let two = chunks(Array("<f xmlns='u'><e>3</e></f>".utf8), stream: 1, sizes: { 5 })
        var both: [StreamChunk] = []
        for place in 0..<max(one.count, two.count) {
            both += one.dropFirst(place).prefix(1) + two.dropFirst(place).prefix(1)
        }
        let output = run(&instance, both, sendsEarly: { true })
        #expect(output.pieces(of: 0).map(\.element) == ["<e>1</e>", "<e>2</e>"])
        #expect(output.pieces(of: 1).map(\.element) == ["<e xmlns='u'>3</e>"])
        #expect(output.completions.count == 2)
    }

    // S-ERR-2, S-ORD-1
    @Test("A bad record is left out or becomes a dead letter, and all others go through several workers in order")
    func pipeline() throws {
        let bad = [7, 300, 999]
        let text =
            "<f>" + (0..<1000).map { bad.contains($0) ? "<e n='\($0)'><x></e>" : "<e n='\($0)'/>" }.joined() + "</f>"
        let rest = CollectSink<String>()
        let letters = CollectSink<DeadLetter>()
        let pipeline = Pipeline("feed").coders(.xml).root(ListSource(chunks(Array(text.utf8), sizes: { 97 })))
            .apply(try XML.Records("/f/e"))
            .as(XML.Document.self).par(4).onError(.deadLetter(letters))
            .map { $0.root["n"] ?? "?" }.par(4)
            .to(rest)
        try SeededScheduler.run(seed: 1) { scheduler in
            _ = try PipelineRun(pipeline, .quiet(on: scheduler)).wait()
        }
        #expect(rest.elements == (0..<1000).filter { !bad.contains($0) }.map(String.init))
        #expect(Set(letters.elements.compactMap(\.bytes)) == Set(bad.map { Bytes("<e n='\($0)'><x></e>") }))
    }
}
