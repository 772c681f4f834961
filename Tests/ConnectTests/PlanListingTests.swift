import Foundation
import Testing

@testable import Connect

/// A pipeline with a bit of everything, for the listings.
private func sample() -> Pipeline {
    let source = ProbeSource(StreamChunk.self, kind: "FileSource", origin: "orders.xml", isBounded: false)
    return Pipeline("paid-orders")
        .root(source)
        .apply(ProbeSplitter(name: "RECORDS"))
        .apply(ProbeTransform("XML-FILTER", ProbeDocument.self, ProbeDocument.self))
        .named("paid-only").par(4).limit(1000).onError(.deadLetter(ProbeSink(DeadLetter.self, kind: "FileSink")))
        .to(ProbeSink(Bytes.self, kind: "KafkaSink", target: "orders", confirmation: .acknowledgement))
        .coders(
            CoderRegistry().adding(ProbeCoder("XML-DECODE", Bytes.self, ProbeDocument.self))
                .adding(ProbeCoder("XML-ENCODE", ProbeDocument.self, Bytes.self)))
}

// S-PLAN-1
@Suite("The listings of a plan")
struct PlanListingTests {
    @Test("The text shows the four phases and what is promised")
    func showsText() throws {
        let plan = try sample().plan()
        #expect(
            plan.description == """
                plan of "paid-orders", hash 91e5f480e4bb566e

                1. as declared
                     1  FileSource    FileSource >> [StreamChunk]                     from orders.xml, never ends
                     2  RECORDS-2     [StreamChunk] >> RECORDS >> [Bytes]
                     3  paid-only     [XML.Document] >> XML-FILTER >> [XML.Document]
                                          par 4, on error deadLetter(FileSink), limit 1000
                     4  KafkaSink     [Bytes] >> KafkaSink                            to orders

                2. with network stages: nothing to put in
                     1  FileSource    FileSource >> [StreamChunk]                     from orders.xml, never ends
                     2  RECORDS-2     [StreamChunk] >> RECORDS >> [Bytes]
                     3  paid-only     [XML.Document] >> XML-FILTER >> [XML.Document]
                                          par 4, on error deadLetter(FileSink), limit 1000
                     4  KafkaSink     [Bytes] >> KafkaSink                            to orders

                3. with coders
                     1  FileSource    FileSource >> [StreamChunk]                     from orders.xml, never ends
                     2  RECORDS-2     [StreamChunk] >> RECORDS >> [Bytes]
                     +  XML-DECODE-3  [Bytes] >> XML-DECODE >> [XML.Document]         par 4
                                          because stage 3 "paid-only" takes XML.Document
                     3  paid-only     [XML.Document] >> XML-FILTER >> [XML.Document]
                                          par 4, on error deadLetter(FileSink), limit 1000
                     +  XML-ENCODE-4  [XML.Document] >> XML-ENCODE >> [Bytes]
                                          because stage 4 "KafkaSink" takes Bytes
                     4  KafkaSink     [Bytes] >> KafkaSink                            to orders, trigger every 1 s
                                          trigger by default: the source never ends and the sink holds back

                4. fused into 3 segments, each with threads of its own
                   segment 1, 1 thread: source
                    1x   1  FileSource    FileSource >> [StreamChunk]
                    1x   2  RECORDS-2     [StreamChunk] >> RECORDS >> [Bytes]
                   segment 2, 4 threads: par 4
                    4x   +  XML-DECODE-3  [Bytes] >> XML-DECODE >> [XML.Document]
                    4x   3  paid-only     [XML.Document] >> XML-FILTER >> [XML.Document]
                    1x      paid-only     limit 1000
                    1x   +  XML-ENCODE-4  [XML.Document] >> XML-ENCODE >> [Bytes]
                   segment 3, 1 thread: sink that may block
                    1x   4  KafkaSink     [Bytes] >> KafkaSink
                   dead letters of "paid-only", 1 thread: FileSink

                guarantee  at-least-once: stage 4 "KafkaSink" keeps no positions beside its output, so after a crash it may
                           write some elements again
                           dead letters of "paid-only" at-least-once
                order      total: that of a run without parallelism
                warnings   none
                """)
    }

    @Test("No line is wider than a terminal, whatever is set")
    func fitsTerminal() throws {
        let text = try sample().plan().description
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 110 })
        #expect(text.split(separator: "\n").allSatisfy { $0.last != " " })
    }

    @Test("The JSON is JSON, with every listing and its members in order")
    func writesJSON() throws {
        let plan = try sample().plan()
        let object = try JSONSerialization.jsonObject(with: Data(plan.json.utf8)) as? [String: Any]
        #expect(object?["pipeline"] as? String == "paid-orders")
        #expect(object?["hash"] as? String == plan.hash)
        let counts = ["declared", "withNetwork", "withCoders", "segments"].map { (object?[$0] as? [Any])?.count }
        #expect(counts == [4, 4, 6, 3])
        let stages = object?["withCoders"] as? [[String: Any]]
        #expect(stages?.map { $0["number"] as? Int } == [1, 2, nil, 3, nil, 4])
        #expect(stages?[3]["limit"] as? Int == 1000)
        #expect(plan.json.hasPrefix(#"{"version":1,"pipeline":"paid-orders","hash":""#))
        #expect(try sample().plan().json.count == plan.json.count)
    }

    @Test("Names with quotes and line breaks of kinds do no harm to JSON, DOT and Mermaid")
    func escapes() throws {
        let source = ProbeSource(Int.self, kind: "So\"ur\\ce", origin: "<a>#b\nc`")
        let plan = try Pipeline("a\"b").root(source).to(ProbeSink(Int.self)).plan()
        #expect(try JSONSerialization.jsonObject(with: Data(plan.json.utf8)) is [String: Any])
        #expect(plan.dot.hasPrefix("digraph \"a\\\"b\" {"))
        #expect(plan.dot.contains(#"s1 [label="So\"ur\\ce\nfrom <a>#b\nc`\nends"]"#))
        #expect(plan.mermaid.contains(#"s1["So#quot;ur\ce<br/>from #lt;a#gt;#35;b c#96;<br/>ends"]"#))
    }

    @Test("The graphs show stages in the frames of their segments, and types at the arrows")
    func draws() throws {
        let plan = try sample().plan()
        #expect(
            plan.dot == #"""
                digraph "paid-orders" {
                  rankdir=LR
                  node [shape=box]
                  subgraph cluster_1 {
                    label="segment 1, 1 thread: source"
                    s1 [label="FileSource\nfrom orders.xml\nnever ends"]
                    s2 [label="RECORDS-2"]
                  }
                  subgraph cluster_2 {
                    label="segment 2, 4 threads: par 4"
                    s3 [label="XML-DECODE-3\npar 4", style=dashed]
                    s4 [label="paid-only: XML-FILTER\npar 4\non error deadLetter(FileSink)\nlimit 1000"]
                    s5 [label="XML-ENCODE-4", style=dashed]
                  }
                  subgraph cluster_3 {
                    label="segment 3, 1 thread: sink that may block"
                    s6 [label="KafkaSink\nto orders\ntrigger every 1 s"]
                  }
                  s1 -> s2 [label="StreamChunk"]
                  s2 -> s3 [label="Bytes"]
                  s3 -> s4 [label="XML.Document"]
                  s4 -> s5 [label="XML.Document"]
                  s5 -> s6 [label="Bytes"]
                }
                """#)
        #expect(
            plan.mermaid == """
                flowchart LR
                  subgraph g1["segment 1, 1 thread: source"]
                    s1["FileSource<br/>from orders.xml<br/>never ends"]
                    s2["RECORDS-2"]
                  end
                  subgraph g2["segment 2, 4 threads: par 4"]
                    s3["XML-DECODE-3<br/>par 4"]
                    s4["paid-only: XML-FILTER<br/>par 4<br/>on error deadLetter(FileSink)<br/>limit 1000"]
                    s5["XML-ENCODE-4"]
                  end
                  subgraph g3["segment 3, 1 thread: sink that may block"]
                    s6["KafkaSink<br/>to orders<br/>trigger every 1 s"]
                  end
                  s1 -->|"StreamChunk"| s2
                  s2 -->|"Bytes"| s3
                  s3 -->|"XML.Document"| s4
                  s4 -->|"XML.Document"| s5
                  s5 -->|"Bytes"| s6
                """)
    }

    @Test("Automatic names are the kinds of source and sink, else kind and number, and never taken twice")
    func givesNames() throws {
        let ints = Pipeline("test").root(ProbeSource(Int.self, kind: "Same"))
        let plan = try ints.map { $0 }.named("map-3").map { $0 }.to(ProbeSink(Int.self, kind: "Same")).plan()
        #expect(plan.declared.map(\.name) == ["Same", "map-3", "map-3-2", "Same-4"])
        let named = try ints.named("in").to(ProbeSink(Int.self, kind: "")).plan()
        #expect(named.declared.map(\.name) == ["in", "sink"])
    }

    @Test(
        "Durations are shown in the largest unit that fits",
        arguments: [
            (Duration.seconds(1), "1 s"), (.seconds(-90), "-90 s"), (.milliseconds(1500), "1500 ms"),
            (.microseconds(7), "7 µs"), (.nanoseconds(1_000_001), "1000001 ns"), (.zero, "0 s"),
        ])
    func showsDurations(_ duration: Duration, _ text: String) {
        #expect(duration.listed == text)
    }

    @Test("Planning twice gives the same plan, and two chains with a common stem do not disturb each other")
    func isPure() throws {
        #expect(try sample().plan().description == sample().plan().description)
        let stem = Pipeline("test").root(ProbeSource(Int.self)).map { $0 }
        let first = stem.par(4).to(ProbeSink(Int.self))
        let second = stem.filter { _ in true }.to(ProbeSink(Int.self))
        #expect(try first.plan().declared.map(\.kind) == ["ProbeSource", "map", "ProbeSink"])
        #expect(try second.plan().declared.map(\.kind) == ["ProbeSource", "map", "filter", "ProbeSink"])
        #expect(try second.plan().withCoders.map(\.par) == [1, 1, 1, 1])
    }
}
