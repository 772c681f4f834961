import Connect
import ConnectFiles
import ConnectText
import Testing

/// The code of the articles GettingStarted and Connect.
@Suite("Getting started")
struct GettingStartedTests {
    @Test("The pipeline of the landing page has a plan")
    func landingPage() throws {
        let pipeline = Pipeline("squares")
            .root(ListSource(1...1000))
            .map { $0 * $0 }.par(4)
            .filter { $0.isMultiple(of: 2) }
            .to(NullSink())
        #expect(try pipeline.plan().guarantee == .atLeastOnce)
    }

    /// Compiled only: it ends the process.
    func program() async {
        let pipeline = Pipeline("shout")
            .coders(.text)
            .root(FileSource("access.log.gz").lines())
            .as(String.self)
            .filter { !$0.hasPrefix("#") }
            .map { $0.uppercased() }
            .to(StandardOutput())

        await pipeline.main()
    }

    @Test("The pipeline over bytes has a plan, which gunzips")
    func bytes() throws {
        let loud = Pipeline("shout")
            .root(FileSource("access.log.gz").lines())
            .filter { $0.first != UInt8(ascii: "#") }
            .mapEachByte { 0x61 <= $0 && $0 <= 0x7A ? $0 - 0x20 : $0 }
            .to(StandardOutput())
        #expect(try loud.plan().description.contains("GUNZIP"))
    }

    @Test("A run inside of a program gives what the article says")
    func run() async throws {
        let even = CollectSink<Int>()
        let report = try await Pipeline("squares")
            .root(ListSource(1...10))
            .map { $0 * $0 }
            .filter { $0.isMultiple(of: 2) }
            .to(even)
            .run()
        #expect(even.elements == [4, 16, 36, 64, 100])
        #expect(report.elementsRead == 10)
    }

    /// Compiled only.
    func look(_ pipeline: Pipeline) throws {
        print(try pipeline.plan())
    }

    @Test("Parts of pipelines are functions")
    func compose() async throws {
        func withoutComments(_ lines: Def<Bytes>) -> Def<Bytes> {
            lines
                .filter { !$0.isEmpty }.named("not-empty")
                .filter { $0.first != UInt8(ascii: "#") }.named("no-comments")
        }
        let sink = CollectSink<Bytes>()
        let lines: [Bytes] = ["# a", "", "b"]
        try await withoutComments(Pipeline("parts").root(ListSource(lines))).to(sink).run()
        #expect(sink.elements == ["b"])
    }

    /// Compiled only: it never ends.
    func resume() async throws {
        try await Pipeline("collect-errors")
            .root(FileSource("app.log", follow: true).lines())
            .filter { $0.contains(Bytes("ERROR")) }
            .to(FileSink("errors.log"))
            .trigger(every: .seconds(1))
            .run(RunOptions(checkpoints: DirectoryCheckpointStore("state")))
    }
}
