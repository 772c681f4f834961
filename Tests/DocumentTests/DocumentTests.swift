import Connect
import ConnectCatalog
import ConnectDocuments
import Testing

@Suite struct DocumentTests {
    @Test("Source, stages, sink and settings come out as they were written")
    func wholeDocument() throws {
        let document = try Samples.read(
            """
            apiVersion: connect/v1
            kind: Pipeline
            metadata: {name: whole, labels: {team: a}}
            spec:
              source: numbers:a%20b.txt?count=3
              stages: [upper, {type: upper, par: 2}]
              sink: {type: output, path: out.txt}
              par: 3
              limit: 100
              buffer: 5
              memory: 64MiB
              checkpointEvery: 2s
              state: state/
              onError: skip
            """)
        #expect(document.declaration.name == "whole")
        #expect(document.declaration.source.name == "numbers")
        #expect(document.declaration.stages.map(\.name) == ["upper", "upper"])
        #expect(document.declaration.par == 3)
        #expect(document.declaration.limit == 100)
        #expect(document.declaration.buffer == 5)
        #expect(document.declaration.memory == 64 << 20)
        #expect(document.checkpointEvery == .seconds(2))
        #expect(document.state == "state/")
        #expect(try document.declaration.pipeline(from: Samples.catalog).plan().pipeline == "whole")
    }

    @Test("Of a source or sink without anything to say the name alone is enough")
    func bareNames() throws {
        let text = Samples.text.replacing("{type: output, path: out.txt}", with: "output")
        #expect(try Samples.read(text).declaration.sink.name == "output")
    }

    @Test(
        "Variables and files are put in, with defaults, and a dollar sign can be kept",
        arguments: [
            ("${A}", "one"), ("x${A}y${B}z", "xoneytwoz"), ("${NONE:-other}", "other"), ("${EMPTY:-other}", "other"),
            ("${EMPTY}", ""), ("$${A}", "${A}"), ("$A", "$A"), ("a$", "a$"), ("${file:/secret}", "hush"),
            ("${A:?must be set}", "one"), ("${NONE:-}", ""), ("$$${A}", "$${A}"),
        ])
    func interpolation(written: String, read: String) throws {
        let document = try Samples.read(
            Samples.text.replacing("a.txt", with: "'\(written)'"),
            environment: ["A": "one", "B": "two", "EMPTY": ""], files: ["/secret": "hush\n"])
        let path = document.declaration.source.entries.first { $0.key == "path" }
        #expect(path?.value.content == .text(read))
    }

    @Test("Of several documents a later one wins, mapping by mapping, and the command line over all")
    func merging() throws {
        let document = try Samples.read(
            Samples.text, "spec:\n  source: {path: b.txt, count: 7}\n  par: 2\n", "spec: {par: 4}\n",
            settings: ["spec.source.count=9", "metadata.name=other"])
        let values = Dictionary(
            document.declaration.source.entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        #expect(values["path"]?.content == .text("b.txt"))
        #expect(values["path"].map { "\($0.origin)" } == "e.yaml:2:18")
        #expect(values["count"]?.content == .text("9"))
        #expect(values["count"].map { "\($0.origin)" } == "--set spec.source.count")
        #expect(document.declaration.par == 4)
        #expect(document.declaration.name == "other")
    }

    @Test("An alias is a copy of what its anchor names")
    func aliases() throws {
        let document = try Samples.read(
            """
            apiVersion: connect/v1
            kind: Pipeline
            spec:
              source: numbers:a
              stages: [&up {type: upper, par: 2}, *up]
              sink: output:b
            """)
        #expect(document.declaration.stages.map(\.name) == ["upper", "upper"])
    }

    @Test("A file is read only where a document asks for it", arguments: [false, true])
    func nothingIsOpened(asks: Bool) throws {
        var text = Samples.text
        if asks { text = text.replacing("a.txt", with: "'${file:/asked}'") }
        let paths = Paths()
        _ = try PipelineDocument.read(
            [PipelineDocument.Source(path: "d.yaml", text: Array(text.utf8))], catalog: Samples.catalog,
            environment: [:],
            readFile: { path in
                paths.all.append(path)
                return Array("x".utf8)
            })
        #expect(paths.all == (asks ? ["/asked"] : []))
    }

    private final class Paths {
        var all: [String] = []
    }
}
