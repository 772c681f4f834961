import CXML2Loop
import Connect
import ConnectFiles
import ConnectXML

/// XML documents through a chain, and what libxml2 alone takes for the same.
enum XMLPrograms {
    static let all: [String: Program] = [
        "xml-small": { count in
            try measure(small, count, workers: 1)
            return nil
        },
        "xml-small-par": { count in
            try measure(small, count, workers: 2)
            return nil
        },
        "xml-large": { count in
            try measure(large, count, workers: 1)
            return nil
        },
        "xml-large-par": { count in
            try measure(large, count, workers: 2)
            return nil
        },
        "xml-small-libxml2": { count in try loop(small, count) },
        "xml-large-libxml2": { count in try loop(large, count) },
        "xml-records": { _ in
            let records = try XML.Records("/feed/entry")
            try Pipeline("records").root(FileSource(Inputs.feed)).apply(records)
                .to(NullSink<Bytes>()).measure()
            return nil
        },
        "xml-feed": { _ in
            let records = try XML.Records("/feed/entry")
            try Pipeline("feed").coders(.xml).root(FileSource(Inputs.feed)).apply(records)
                .as(XML.Document.self)
                .filter { $0.root["id"] != nil }
                .to(NullSink<XML.Document>()).measure()
            return nil
        },
    ]

    /// 17 bytes.
    static let small = #"<a id="xy">z</a> "#
    /// 987 bytes, 75 nodes and attributes.
    static let large =
        "<order id=\"4711\">"
        + String(
            repeating: "<line sku=\"ab-12\" qty=\"3\"><name>Something</name><price>12.50</price></line>", count: 12)
        + "<note>x</note></order>"

    private static func measure(_ text: String, _ count: Int, workers: Int) throws {
        let document = Bytes(text)
        try Pipeline("documents").coders(.xml)
            .root(ListSource(repeatElement(document, count: count)))
            .as(XML.Document.self).par(workers)
            .filter { document in document.root["id"] != nil }.par(workers)
            .fold(into: 0) { passed, _ in passed += 1 }.trigger(each: .max)
            .to(NullSink<Int>()).measure()
    }

    private static func loop(_ text: String, _ count: Int) throws -> Measurement.Latency? {
        guard xml2_loop_parse(text, Int32(text.utf8.count), count) == count else {
            throw BenchmarkError("libxml2 refuses the document")
        }
        return nil
    }
}
