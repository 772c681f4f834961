import ArgumentParser
import Connect
import ConnectCatalog
import ConnectFiles
import ConnectText
import Logging

struct TestVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs a document's stages on inputs and compares what comes out.",
        discussion: """
            The document has tests beside its spec: a list of name, input and output. Each input stands for what the \
            source would read, and nothing of the source and the sink is touched. Inputs and outputs are texts, line by \
            line, or lists of lines. Ends with status 1 where something else comes out, and shows the difference.
            """)

    @OptionGroup var arguments: PipelineArguments

    func run() async throws {
        let request = try PipelineRequest(arguments)
        let samples = try SampleTest.all(in: request.values, place: arguments.documents.first)
        // The document itself must be right too.
        _ = try request.plan()
        var failures = 0
        for sample in samples {
            let found = try await output(of: request, input: sample.input)
            if let difference = LineDifference.text(from: sample.output, to: found) {
                failures += 1
                ToolOutput.show("failed: \(sample.name) (\(sample.origin))\n\(request.hidden(difference))")
            } else {
                ToolOutput.show("passed: \(sample.name)")
            }
        }
        if failures > 0 { throw ToolStatus(code: 1, message: "\(failures) of \(samples.count) tests failed") }
    }

    /// What comes out of the stages, line by line.
    private func output(of request: PipelineRequest, input: [String]) async throws -> [String] {
        guard let path = ToolOutput.temporaryFile(input.map { $0 + "\n" }.joined()) else {
            throw ToolStatus(code: 1, message: "there is no place for a temporary file: see TMPDIR")
        }
        defer { ToolOutput.remove(path) }
        let collected = CollectSink<Bytes>()
        var catalog = ToolCatalog.current
        catalog.replaceEnds(of: request.declaration, input: path, output: collected)
        do {
            let pipeline = try request.declaration.pipeline(from: catalog)
            var options = RunOptions()
            options.logger.logLevel = .critical
            try await pipeline.run(options)
        } catch let error as ConfigurationError {
            throw error.hiding(request.secrets)
        } catch let error as PlanError {
            throw ToolStatus(code: 78, message: request.hidden("\(error)"))
        } catch {
            throw ToolStatus(code: 1, message: request.hidden("\(error)"))
        }
        return collected.elements.flatMap { element in
            String(decoding: Array(element), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
                .map(String.init)
        }
    }
}

extension Catalog {
    /// Lets a pipeline read a file and write into memory; what source and sink are told is still checked.
    fileprivate mutating func replaceEnds(
        of declaration: PipelineDeclaration, input: String, output: CollectSink<Bytes>
    ) {
        if let source = sources[declaration.source.name] {
            register(
                SourceComponent(source.description, guarantee: source.guarantee, passesOn: source.passesOn) {
                    configuration, pipeline in
                    let original = try source.begin(configuration, pipeline)
                    let file = FileSource(FilePath(input))
                    // Where messages come from the source, each line is one.
                    if original.gives(StreamChunk.self) { return Chain(pipeline.root(file)) }
                    return Chain(pipeline.root(file.lines()))
                })
        }
        let skip: @Sendable (Configuration) throws -> ErrorPolicy = { _ in .skip }
        if let letters = declaration.deadLetter, let sink = sinks[letters.name] {
            register(
                SinkComponent(
                    sink.description, guarantee: sink.guarantee, passesOn: sink.passesOn,
                    deadLetters: sink.deadLetters == nil ? nil : skip, end: sink.end))
        }
        guard let sink = sinks[declaration.sink.name] else { return }
        register(
            SinkComponent(
                sink.description, guarantee: sink.guarantee, passesOn: sink.passesOn, deadLetters: sink.deadLetters
            ) { _, chain in
                if chain.gives(StreamChunk.self) { return chain.of(StreamChunk.self).apply(Lines()).to(output) }
                return chain.of(Bytes.self).to(output)
            })
    }
}
