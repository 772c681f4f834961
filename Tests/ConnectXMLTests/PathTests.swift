import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectXML

@Suite("Paths in XML")
struct PathTests {
    private static let text =
        "<order id='7'><line sku='a' n='1'>one<b>two</b></line><line sku='b'/><group><line sku='c'><line sku='d'/></line>"
        + "<note>n</note></group><line sku='a' n='2'/>tail</order>"

    /// The attribute `sku` or the name of what is found.
    private func found(_ path: String, _ namespaces: [String: String] = [:]) throws -> [String] {
        let document = try XML.Document(parsing: Bytes(Self.text))
        return document.all(try XML.Path(path, namespaces: namespaces)).map { $0["sku"] ?? $0.name }
    }

    @Test(
        "Paths lead to children, to what is below, and to what conditions hold for",
        arguments: [
            ("order/line", ["a", "b", "a"]), ("/order/line", ["a", "b", "a"]), ("//line", ["a", "b", "c", "d", "a"]),
            ("order//line", ["a", "b", "c", "d", "a"]), ("order/*", ["a", "b", "group", "a"]), ("*", ["order"]),
            (".", [""]), ("/", [""]), ("order/line[1]", ["a"]), ("order/line[2]", ["b"]), ("order/line[last()]", ["a"]),
            ("order/line[4]", []), ("//line[1]", ["a", "c", "d"]), ("//line[last()]", ["c", "d", "a"]),
            ("//line[@sku='a']", ["a", "a"]), ("//line[@sku='a'][2]", ["a"]), ("//line[@sku!='a']", ["b", "c", "d"]),
            ("//line[@n]", ["a", "a"]), ("//*[note]", ["group"]), ("//*[note='n']", ["group"]), ("//*[note='x']", []),
            ("//line[.='onetwo']", ["a"]), ("//line[text()='one']", ["a"]), ("//line[line]", ["c"]),
            ("//line[line][@sku=\"c\"]", ["c"]), ("order/group/line/line", ["d"]), ("x", []), ("order/x/line", []),
            ("//line//line", ["d"]), ("//group//line[@sku='d']", ["d"]), ("order / line [ @sku = 'b' ]", ["b"]),
            ("order/line/text()", [""]), ("./order", ["order"]), ("//note", ["note"]),
        ] as [(String, [String])])
    func leads(_ path: String, _ expected: [String]) throws {
        #expect(try found(path) == expected)
    }

    @Test("Attributes and texts are found by what they say")
    func texts() throws {
        let document = try XML.Document(parsing: Bytes(Self.text))
        #expect(document.text(try XML.Path("order/@id")) == "7")
        #expect(document.texts(try XML.Path("//line/@sku")) == ["a", "b", "c", "d", "a"])
        #expect(document.texts(try XML.Path("order/line[1]/@*")) == ["a", "1"])
        #expect(document.text(try XML.Path("order/line")) == "onetwo")
        #expect(document.text(try XML.Path("order/text()")) == "tail")
        #expect(document.text(try XML.Path("order/@x")) == nil)
        #expect(document.has(try XML.Path("//line/@n")))
        #expect(!document.has(try XML.Path("//line/@m")))
        #expect(document.first(try XML.Path("order/@id")) == nil)
        let group = try #require(document.first(try XML.Path("//group")))
        #expect(group.all(try XML.Path("line")).map { $0["sku"] } == ["c"])
        #expect(group.text(try XML.Path("/order/@id")) == "7")
    }

    @Test("Names without prefix mean any namespace, prefixes those that the path is made with")
    func namespaces() throws {
        let document = try XML.Document(
            parsing: "<a xmlns='urn:1' xmlns:p='urn:2'><b/><p:b p:c='1' c='2'/><b xmlns='urn:2'/></a>")
        func count(_ path: String, _ namespaces: [String: String] = [:]) throws -> Int {
            document.all(try XML.Path(path, namespaces: namespaces)).count
        }
        #expect(try count("a/b") == 3)
        #expect(try count("a/x:b", ["x": "urn:2"]) == 2)
        #expect(try count("a/x:b", ["x": "urn:1"]) == 1)
        #expect(try count("a/x:b", ["x": "urn:3"]) == 0)
        #expect(try count("a/p:b") == 1)
        #expect(document.texts(try XML.Path("//@c")) == ["2"])
        #expect(document.texts(try XML.Path("//@x:c", namespaces: ["x": "urn:2"])) == ["1"])
    }

    @Test(
        "What is no path is refused",
        arguments: [
            "", "a//", "a[", "a[]", "a[0]", "a[x", "a[@]", "a[b=c]", "a[b='c]", "a b", "@a/b", "text()/a", "..",
            "a/../b",
            "a:", ":a", "a[1]]", "1a", "//", "a[last(]", "a[-1]", "a|b", "count(a)",
        ])
    func refused(_ path: String) {
        let error = #expect(throws: CoderError.self) { try XML.Path(path) }
        #expect(error?.code == .configuration)
    }

    @Test("Paths find what the same XPath finds, in random documents without namespaces")
    func asXPath() throws {
        let paths = [
            "//a", "//b/a", "//a//b", "//a[1]", "//a[last()]", "//a[@k='1']", "//a[b]", "//b[.='x']", "//a/b[2]",
            "//a[@k][2]",
            "/r/a", "/r/*/*", "//*[a][b]", "//a[b='x']", "//a[b!='x']", "//a/text()", "//a[text()]", "//*[@k!='1']",
        ]
        let pairs = try paths.map { (try XML.Path($0), try XML.XPath($0)) }
        for seed in seeds(150) {
            var random = SplitMix(seed: seed)
            let document = try XML.Document(root: "r") { try Self.fill(&$0, depth: 0, &random) }
            for (path, expression) in pairs {
                guard case .nodes(let expected) = try expression.evaluate(on: document.node) else { continue }
                #expect(document.all(path) == expected.map(\.node), "\(path) in \(document), seed \(seed)")
                #expect(document.first(path) == expected.first?.node)
            }
        }
    }

    private static func fill(_ builder: inout XML.Builder, depth: Int, _ random: inout SplitMix) throws {
        for _ in 0..<random.below(depth > 3 ? 1 : 5) {
            let attributes = random.oneIn(2) ? [("k", "\(random.below(3))")] : []
            if random.oneIn(3) { try builder.text(random.oneIn(2) ? "x" : "y") }
            var source = random
            try builder.element(["a", "b", "c"][source.below(3)], attributes) {
                try fill(&$0, depth: depth + 1, &source)
            }
            random = source
        }
    }

    @Test("XPath gives nodes, attributes, numbers, texts and truth")
    func xpath() throws {
        let document = try XML.Document(parsing: Bytes(Self.text))
        func value(_ text: String) throws -> XML.XPath.Value { try XML.XPath(text).evaluate(on: document.node) }
        guard case .number(let count) = try value("count(//line)") else { return #expect(Bool(false)) }
        #expect(count == 5)
        guard case .text(let id) = try value("string(/order/@id)") else { return #expect(Bool(false)) }
        #expect(id == "7")
        guard case .bool(let isMany) = try value("count(//line) > 4") else { return #expect(Bool(false)) }
        #expect(isMany)
        guard case .nodes(let found) = try value("//line[last()]/@sku | //note | //line/text()") else {
            return #expect(Bool(false))
        }
        #expect(found.map(\.text) == ["one", "c", "d", "n", "a"])
        #expect(found.map(\.attribute) == [nil, "sku", "sku", nil, "sku"])
        #expect(try !value("//x").isTrue)
        #expect(try !value("0").isTrue)
        #expect(try value("'a'").isTrue)
        let line = try #require(document.first(try XML.Path("//group/line")))
        guard case .nodes(let inner) = try XML.XPath("line | ..").evaluate(on: line) else {
            return #expect(Bool(false))
        }
        #expect(inner.map(\.node.name) == ["group", "line"])
        guard
            case .nodes(let axes) = try XML.XPath("//line[@sku='d']/preceding::line[1] | ancestor::*").evaluate(
                on: line)
        else { return #expect(Bool(false)) }
        #expect(axes.map { $0.node["sku"] ?? $0.node.name } == ["order", "b", "group"])
    }

    @Test("XPath knows namespaces by the prefixes it is made with, and those of attributes and xml:lang")
    func xpathNamespaces() throws {
        let document = try XML.Document(
            parsing: "<a xmlns='urn:1' xmlns:p='urn:2' xml:lang='de'><b/><p:b p:c='1'/></a>")
        func count(_ text: String) throws -> Int {
            let expression = try XML.XPath(text, namespaces: ["x": "urn:1", "y": "urn:2"])
            guard case .nodes(let found) = try expression.evaluate(on: document.node) else { return -1 }
            return found.count
        }
        #expect(try count("//b") == 0)
        #expect(try count("//x:b") == 1)
        #expect(try count("//y:b[@y:c='1']") == 1)
        #expect(try count("//*[local-name()='b']") == 2)
        #expect(try count("//*[namespace-uri()='urn:2']") == 1)
        #expect(try count("//*[lang('de')]") == 3)
        #expect(try count("/x:a/@xml:lang") == 1)
    }

    @Test("What is no XPath is refused, and what takes too long or cannot be evaluated is an error of the document")
    func xpathErrors() throws {
        for text in ["", "//", "a[", "count)", "1 +", "a b", "'x"] {
            let error = #expect(throws: CoderError.self, "\(text)") { try XML.XPath(text) }
            #expect(error?.code == .configuration)
        }
        let document = try XML.Document(parsing: "<a>\(String(repeating: "<b/>", count: 2000))</a>".bytes)
        for text in ["unknown()", "x:a", "count('a')"] {
            #expect(throws: CoderError.self, "\(text)") { try XML.XPath(text).evaluate(on: document.node) }
        }
        let dear = try XML.XPath("//b[count(//b[count(//b) > 1]) > 1]", mostSteps: 100_000)
        let error = #expect(throws: CoderError.self) { try dear.evaluate(on: document.node) }
        #expect(error?.code == .limitExceeded)
    }
}

extension String {
    var bytes: Bytes { Bytes(self) }
}
