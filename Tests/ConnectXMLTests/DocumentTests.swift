import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectXML

@Suite("XML documents")
struct DocumentTests {
    private let feed = try? XML.Document(
        parsing: """
            <?xml version="1.0" standalone="yes"?><!--first--><f:feed xmlns:f="urn:f" xmlns="urn:d" id="1" f:kind='a&amp;b' xml:lang="de">
            <entry n="1">one<b>two</b><![CDATA[three]]></entry><entry n="2"/><?go now?></f:feed>
            """)

    @Test("Nodes say what they are called, what they hold and where they stand")
    func nodes() throws {
        let feed = try #require(feed)
        #expect(feed.isStandalone == true)
        let root = feed.root
        #expect(root.kind == .element)
        #expect(
            root.name == "feed" && root.prefix == "f" && root.qualifiedName == "f:feed" && root.namespace == "urn:f")
        #expect(root.declaredNamespaces == ["f": "urn:f", "": "urn:d"])
        #expect(root["id"] == "1" && root["kind"] == nil && root["kind", "urn:f"] == "a&b")
        #expect(root["lang", "http://www.w3.org/XML/1998/namespace"] == "de")
        #expect(
            root.attributes == [
                XML.Attribute(name: "id", prefix: nil, namespace: nil, value: "1"),
                XML.Attribute(name: "kind", prefix: "f", namespace: "urn:f", value: "a&b"),
                XML.Attribute(
                    name: "lang", prefix: "xml", namespace: "http://www.w3.org/XML/1998/namespace", value: "de"),
            ])
        let entries = root.elements
        #expect(entries.map(\.name) == ["entry", "entry"])
        #expect(entries.allSatisfy { $0.namespace == "urn:d" && $0.prefix == nil && $0.parent == root })
        #expect(entries[0].text == "onetwothree")
        #expect(entries[0].says("onetwothree") && !entries[0].says("onetwo") && !entries[0].says("onetwothrees"))
        #expect(entries[0].children.map(\.kind) == [.text, .element, .characterData])
        #expect(entries[0].next == entries[1] && entries[1].next?.kind == .instruction)
        #expect(entries[1].next?.name == "go" && entries[1].next?.text == "now" && entries[1].next?.next == nil)
        #expect(entries[0].element("b")?.text == "two" && entries[0].element("c") == nil)
        #expect(root.element("entry", in: "urn:f") == nil && root.element("entry", in: "urn:d") == entries[0])
        #expect(feed.node.children.map(\.kind) == [.comment, .element])
        #expect(feed.node.kind == .document && feed.node.parent == nil && feed.node.next == nil)
        #expect(feed.node.children.map(\.text) == ["first", root.text])
    }

    @Test("An element can be taken out, with the namespaces that its names need")
    func takenOut() throws {
        let feed = try #require(feed)
        let entry = try #require(feed.root.element("entry"))
        #expect("\(entry)" == "<entry xmlns=\"urn:d\" n=\"1\">one<b>two</b><![CDATA[three]]></entry>")
        let document = try #require(XML.Document(entry))
        #expect(document.root.namespace == "urn:d" && document.root.element("b")?.namespace == "urn:d")
        #expect(try XML.Document(parsing: document.bytes()) == document)
        #expect(XML.Document(try #require(feed.root.children.first { $0.kind == .text })) == nil)
        let inside = try XML.Document(parsing: "<a xmlns='urn:1' xmlns:p='urn:p'><b p:c='' xmlns=''><d/></b></a>")
        #expect("\(try #require(inside.root.element("b")))" == "<b xmlns=\"\" xmlns:p=\"urn:p\" p:c=\"\"><d/></b>")
    }

    @Test("Documents are built, with everything escaped, and copies of others keep their namespaces")
    func builds() throws {
        let old = try XML.Document(parsing: "<x:a xmlns:x='urn:x' xmlns='urn:d'><b x:c='1'/></x:a>")
        let made = try XML.Document(root: "order", attributes: [("id", "<7>\"&\n")], namespaces: ["x": "urn:other"]) {
            try $0.text("3 < 4 & ]]>")
            try $0.element("x:line", [("xml:lang", "de"), ("x:n", "'")]) { try $0.characterData("]]>") }
            try $0.comment(" - ")
            try $0.instruction("go", "now")
            $0.copy(try #require(old.root.element("b")))
            $0.copy(old.node)
        }
        #expect(
            "\(made)"
                == "<order xmlns:x=\"urn:other\" id=\"&lt;7&gt;&quot;&amp;&#10;\">3 &lt; 4 &amp; ]]&gt;"
                + "<x:line xml:lang=\"de\" x:n=\"'\"><![CDATA[]]]]><![CDATA[>]]></x:line><!-- - --><?go now?>"
                + "<b xmlns=\"urn:d\" xmlns:x=\"urn:x\" x:c=\"1\"/>"
                + "<x:a xmlns:x=\"urn:x\" xmlns=\"urn:d\"><b x:c=\"1\"/></x:a></order>")
        #expect(try XML.Document(parsing: made.bytes()) == made)
    }

    @Test("What cannot stand in a document is refused while it is built")
    func refuses() {
        let attempts: [(inout XML.Builder) throws -> Void] = [
            { try $0.text("\u{0}") }, { try $0.characterData("\u{B}") }, { try $0.comment("a--b") },
            { try $0.comment("a-") }, { try $0.instruction("xml", "") }, { try $0.instruction("a b", "") },
            { try $0.instruction("a", "?>") }, { try $0.instruction("a", " b") }, { try $0.element("1a") },
            { try $0.element("") }, { try $0.element("a b") }, { try $0.element("x:a") }, { try $0.element("a:b:c") },
            { try $0.element("a", [("b", "\u{1}")]) }, { try $0.element("a", [("b", ""), ("b", "")]) },
            { try $0.element("a", [("x:b", "")]) }, { try $0.element("a", [("xmlns", "urn:a")]) },
            { try $0.element("a", namespaces: ["x": ""]) }, { try $0.element("a", namespaces: ["xmlns": "urn:a"]) },
            { try $0.text("\u{FFFF}") }, { try $0.characterData("\r") }, { try $0.comment("\r\n") },
            { try $0.instruction("a", "\r") },
        ]
        for (number, attempt) in attempts.enumerated() {
            #expect(throws: CoderError.self, "attempt \(number)") { try XML.Document(root: "r", content: attempt) }
        }
    }

    @Test("Whatever is built is written and read again as the same, in every form")
    func roundTrips() throws {
        for seed in seeds(300) {
            var random = SplitMix(seed: seed)
            let document = try RandomXML.document(&random)
            for form in [XML.Form.plain, .file] {
                #expect(try XML.Document(parsing: document.bytes(form)) == document, "seed \(seed)")
            }
            let line = try XML.Document(parsing: document.bytes(.onOneLine))
            #expect(line.root.text == document.root.text, "seed \(seed)")
            #expect(XML.Document(document.root) == document, "seed \(seed)")
            for element in document.all(try XML.Path("//*")) {
                #expect(try XML.Document(parsing: element.bytes) == XML.Document(element), "seed \(seed)")
            }
        }
    }

    @Test("Naughty strings come back from text, attributes and sections as they were", arguments: RandomXML.naughty)
    func naughtyStrings(_ text: String) throws {
        let document = try XML.Document(root: "a", attributes: [("b", text)]) {
            try $0.element("t") { try $0.text(text) }
            try $0.element("s") { try $0.characterData(RandomXML.withoutReturns(text)) }
        }
        for form in [XML.Form.plain, .onOneLine, .file] {
            let again = try XML.Document(parsing: document.bytes(form))
            #expect(again.root["b"] == text)
            #expect(again.root.element("t")?.text == text)
            #expect(again.root.element("s")?.text == document.root.element("s")?.text)
        }
    }

    @Test("On one line there are no line breaks but those that cannot be written otherwise")
    func onOneLine() throws {
        let document = try XML.Document(parsing: "<a>\n<b>x\ny</b><![CDATA[\n]]><!--\n--></a>")
        #expect("\(document.bytes(.onOneLine))" == "<a>&#10;<b>x&#10;y</b>&#10;<!--\n--></a>")
    }

    @Test("Documents become JSON by names, with attributes, text and repeated elements")
    func json() throws {
        let document = try XML.Document(
            parsing: """
                <order xmlns="urn:o" id="7"><line sku="a">3</line><note>say "hi"\\\n</note><line/><p:q xmlns:p="u"><r/></p:q>x</order>
                """)
        let expected =
            ##"{"order":{"@id":"7","line":[{"@sku":"a","#text":"3"},""],"note":"say \"hi\"\\\n","p:q":{"r":""},"##
            + ##""#text":"x"}}"##
        #expect("\(document.json())" == expected)
        #expect("\(document.json(arrays: ["note", "r"]))".contains(#""note":["say \"hi\"\\\n"],"p:q":{"r":[""]}"#))
        #expect("\(try XML.Document(parsing: "<a>b</a>").json())" == #"{"a":"b"}"#)
    }
}
