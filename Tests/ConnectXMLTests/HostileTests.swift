import Connect
import Foundation
import ProcessSupport
import Testing

@testable import ConnectXML

/// Documents that were made to take all time or memory of whoever reads them.
@Suite("Hostile XML")
struct HostileTests {
    private static let withSubset = XML.Limits(doctype: .internalSubset)

    /// Refuses a document, and says why.
    private func refusal(_ text: String, _ limits: XML.Limits = XML.Limits()) -> CoderError? {
        #expect(throws: CoderError.self) { try XML.Document(parsing: Bytes(text), limits: limits) }
    }

    /// What a document costs is told by a process of its own; here it must not be more than a few million steps, which the time
    /// limit of the suite would show.
    @Test("Entities that double each other are refused, with and without an internal subset")
    func laughs() {
        var text = "<!DOCTYPE a [<!ENTITY e0 \"lol\">"
        for level in 1..<30 {
            text += "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">"
        }
        text += "]><a>&e29;</a>"
        #expect(refusal(text)?.message.contains("DOCTYPE") == true)
        #expect(refusal(text, Self.withSubset) != nil)
        let inAttribute = text.replacingOccurrences(of: "<a>&e29;</a>", with: "<a b='&e29;'/>")
        #expect(refusal(inAttribute, Self.withSubset) != nil)
        // As parameters.
        var parameters = "<!DOCTYPE a [<!ENTITY % p0 \"<!-- -->\">"
        for level in 1..<20 {
            parameters += "<!ENTITY % p\(level) \"\(String(repeating: "&#37;p\(level - 1);", count: 10))\">"
        }
        #expect(refusal(parameters + "%p19;]><a/>", Self.withSubset) != nil)
    }

    @Test("One large entity that is named often is refused before it has become larger than documents may be")
    func quadratic() {
        let entity = String(repeating: "x", count: 50_000)
        let text = "<!DOCTYPE a [<!ENTITY e \"\(entity)\">]><a>\(String(repeating: "&e;", count: 50_000))</a>"
        #expect(refusal(text) != nil)
        #expect(refusal(text, Self.withSubset) != nil)
        let elements = String(repeating: "<b/>", count: 10_000)
        let tree = "<!DOCTYPE a [<!ENTITY e \"\(elements)\">]><a>\(String(repeating: "&e;", count: 10_000))</a>"
        #expect(refusal(tree, Self.withSubset) != nil)
    }

    @Test(
        "Elements with more attributes than they may have are refused at once, also 200,000",
        arguments: [1001, 200_000])
    func attributes(_ count: Int) {
        let many = (0..<count).map { "a\($0)=''" }.joined(separator: " ")
        for text in ["<r \(many)/>", "<r><s \(many)>", "<r><!-- ' --><![CDATA[\"]]><?x '?><s b='\"' \(many)/></r>"] {
            #expect(refusal(text)?.code == .limitExceeded)
        }
        let spaces = (0..<count).map { "xmlns:a\($0)='u'" }.joined(separator: " ")
        #expect(refusal("<r \(spaces)/>")?.code == .limitExceeded)
        #expect(
            refusal("<!DOCTYPE r [<!ENTITY e \"<s \(many)/>\">]><r>&e;</r>", Self.withSubset)?.code == .limitExceeded)
        let defaults = (0..<count).map { "a\($0) CDATA ''" }.joined(separator: " ")
        #expect(
            refusal("<!DOCTYPE r [<!ATTLIST r \(defaults)>]><r/>", Self.withSubset)?.code == .limitExceeded)
    }

    @Test("As many attributes as may be are taken, and what only looks like them is no attribute")
    func attributesThatMayBe() throws {
        let many = (0..<1000).map { "a\($0)=''" }.joined(separator: " ")
        #expect(try XML.Document(parsing: "<r \(many)/>".bytes).root.attributes.count == 1000)
        let quotes = String(repeating: "b='' ", count: 5000)
        for text in [
            "<r>\(quotes)</r>", "<r><!-- <a \(quotes)> --></r>", "<r><![CDATA[<a \(quotes)>]]></r>",
            "<r><?x <a \(quotes)>?></r>",
        ] {
            #expect(throws: Never.self) { try XML.Document(parsing: text.bytes) }
        }
    }

    @Test("Elements in each other are counted, also 300,000", arguments: [257, 300_000])
    func depth(_ depth: Int) {
        let open = String(repeating: "<a>", count: depth)
        for text in [open, open + String(repeating: "</a>", count: depth)] {
            #expect(refusal(text)?.code == .limitExceeded)
            #expect(refusal("<!DOCTYPE a>" + text, Self.withSubset) != nil)
        }
    }

    @Test("20 MB of text are refused by their size, and read where they are allowed")
    func largeText() throws {
        let size = 20 << 20
        let filler = String(repeating: "x", count: size)
        let limits = XML.Limits(bytes: 32 << 20)
        #expect(refusal("<a>\(filler)</a>")?.code == .limitExceeded)
        #expect(try XML.Document(parsing: "<a>\(filler)</a>".bytes, limits: limits).root.text.utf8.count == size)
        // What libxml2 has to hold in one piece may have 10 MB.
        #expect(refusal("<a b='\(filler)'/>", limits) != nil)
        #expect(refusal("<a><!--\(filler)--></a>", limits) != nil)
        #expect(refusal("<a><![CDATA[\(filler)]]></a>", limits) != nil)
        #expect(refusal("<\(filler)/>", limits) != nil)
        #expect(refusal("<a>&\(filler);</a>", limits) != nil)
        #expect(refusal("<a>\(filler)", limits)?.code == .truncated)
    }

    @Test("Nodes are counted, and limits that are none are refused")
    func nodes() throws {
        let text = "<a>\(String(repeating: "<b c=''>x</b>", count: 100))</a>"
        #expect(try XML.Document(parsing: text.bytes, limits: XML.Limits(nodes: 400)).root.elements.count == 100)
        for limits in [XML.Limits(nodes: 200), XML.Limits(nodes: 200, doctype: .internalSubset)] {
            #expect(refusal(text, limits)?.code == .limitExceeded)
            #expect(refusal((limits.doctype == .refused ? "" : "<!DOCTYPE a>") + text, limits)?.code == .limitExceeded)
        }
        for limits in [
            XML.Limits(bytes: 0), XML.Limits(bytes: 1 << 29), XML.Limits(depth: 257), XML.Limits(depth: 0),
            XML.Limits(attributes: -1), XML.Limits(attributes: 10_001), XML.Limits(nodes: 0),
        ] {
            #expect(refusal("<a/>", limits)?.code == .configuration)
        }
        #expect(
            try XML.Document(parsing: "<a/>", limits: XML.Limits(bytes: 4, depth: 1, attributes: 0)).root.name == "a")
        #expect(refusal("<a b=''/>", XML.Limits(attributes: 0))?.code == .limitExceeded)
        #expect(refusal("<a/> ", XML.Limits(bytes: 4))?.code == .limitExceeded)
    }

    @Test("Nothing outside of a document is opened, whatever it names")
    func externals() throws {
        let scratch = try Scratch()
        let secret = try scratch.file("secret", "<s>secret</s>")
        for text in [
            "<!DOCTYPE a [<!ENTITY e SYSTEM \"file://\(secret)\">]><a>&e;</a>",
            "<!DOCTYPE a SYSTEM \"file://\(secret)\"><a/>",
            "<!DOCTYPE a [<!ENTITY % e SYSTEM \"\(secret)\">%e;]><a/>",
        ] {
            let error = refusal(text, Self.withSubset)
            #expect(error?.message.contains("outside of the document") == true, "\(text)")
        }
        let included = "<a xmlns:x='http://www.w3.org/2001/XInclude'><x:include href='\(secret)'/></a>"
        #expect(!(try XML.Document(parsing: included.bytes).description.contains("secret</s>")))
        let hint = "<?xml-stylesheet href='\(secret)'?><a xmlns:x='\(secret)' x:schemaLocation='\(secret)'/>"
        #expect(try XML.Document(parsing: hint.bytes).root.name == "a")
    }
}
