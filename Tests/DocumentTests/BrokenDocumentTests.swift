import ConnectCatalog
import ConnectDocuments
import Testing

@Suite struct BrokenDocumentTests {
    @Test("The sample has no mistakes")
    func sampleIsRight() {
        #expect(Samples.problems(Samples.text) == [])
    }

    @Test("A mistake is said once, with its line, its cause and how to mend it", arguments: BrokenDocument.all)
    func mistakes(_ broken: BrokenDocument) {
        let problems = Samples.problems(broken.text)
        #expect(problems.count == 1, "\(problems)")
        guard let problem = problems.first else { return }
        #expect(problem.origin == .file("d.yaml", line: broken.line, column: broken.column), "\(problem)")
        #expect(problem.message.contains(broken.says), "\(problem)")
        #expect(problem.mend.contains(broken.mend), "\(problem)")
    }

    @Test("Several mistakes are all said, in the order of their places, and those of the command line behind them")
    func severalMistakes() {
        let text = """
            apiVersion: connect/v1
            kind: Pipelines
            spec:
              sink: {type: output, pth: x, par: 2}
              stages:
                - {type: upper, par: 0}
                - uper
              source: {type: numbers, path: a, count: 0}
            """
        let problems = Samples.problems(text, settings: ["spec.limit=none"])
        let places = problems.map { "\($0.origin)" }
        #expect(
            places == ["d.yaml:2:7", "d.yaml:4:24", "d.yaml:6:26", "d.yaml:7:7", "d.yaml:8:43", "--set spec.limit"],
            "\(problems)")
    }

    @Test("What is no UTF-8 is a mistake, and nothing is guessed")
    func notUTF8() {
        let bytes = Array("kind: ".utf8) + [0xFF, 0xFE, 0x0A]
        let error = #expect(throws: ConfigurationError.self) {
            try PipelineDocument.read(
                [PipelineDocument.Source(path: "d.yaml", text: bytes)], catalog: Samples.catalog, environment: [:],
                readFile: { _ in nil })
        }
        #expect(error?.problems.first?.message.contains("this is no YAML") == true)
    }
}
