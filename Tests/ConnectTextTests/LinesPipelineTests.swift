import Testing

@testable import Connect
@testable import ConnectText

/// `Lines` and the coders in a real run.
@Suite struct LinesPipelineTests {
    static let parts = chunks(Array("one\ntwo\n\nthree\nf\u{FC}nf\nend".utf8), sizes: { 3 })

    @Test("Lines of a stream go through a pipeline in order")
    func lines() async throws {
        let sink = CollectSink<String>()
        try await Pipeline("lines").root(ListSource(Self.parts)).apply(Lines())
            .as(String.self, via: StringDecoder())
            .map { $0.uppercased() }
            .to(sink)
            .run()
        #expect(sink.elements == ["ONE", "TWO", "", "THREE", "FÜNF", "END"])
    }

    // S-ERR-2: what stands before the failure is delivered, and the run fails.
    @Test("A line that is too long ends the run after the lines before it")
    func tooLong() async throws {
        let sink = CollectSink<Bytes>()
        await #expect(throws: PipelineError.self) {
            try await Pipeline("long").root(ListSource(Self.parts)).apply(Lines(maxLineBytes: 4)).to(sink).run()
        }
        #expect(sink.elements == ["one", "two", ""])
    }

    // S-END-3.
    @Test("A limit lets exactly so many lines out", arguments: 1...6)
    func limit(_ count: Int) async throws {
        let sink = CollectSink<Bytes>()
        try await Pipeline("limit").root(ListSource(Self.parts)).apply(Lines()).limit(count).to(sink).run()
        #expect(sink.elements.count == count)
    }
}
