import Connect
import ConnectAvroFiles
import ConnectCatalog
import ConnectComponents
import ConnectFiles
import ConnectGzip
import ConnectJSON
import ConnectPatterns
import ConnectProcess
import ConnectSchemaRegistry
import ConnectTesting
import ConnectText
import ConnectXML
import ConnectZstd
import Testing

/// What a pipeline of words is fed with.
enum Fed: Sendable {
    case bytes([Bytes])
    case messages([KeyValue])
    case chunks([StreamChunk])
    case generated(count: Int?, rate: Int)
}

/// Runs pipelines that are named in words over elements in memory, on simulated threads and in virtual time.
struct Words: Sendable {
    let sink = CollectSink<Bytes>()
    let messageSink = CollectSink<KeyValue>()
    var catalog = Catalog()

    init(_ input: Fed) {
        catalog.registerFiles()
        catalog.registerText()
        catalog.registerGzip()
        catalog.registerZstd()
        catalog.registerJSON()
        catalog.registerXML()
        catalog.registerAvro()
        catalog.registerSchemaRegistry()
        catalog.registerPatterns()
        catalog.registerProcess()
        catalog.register(
            SourceComponent(ComponentDescription("memory", "Elements in memory."), guarantee: "none") { _, pipeline in
                switch input {
                case .bytes(let elements): Chain(pipeline.root(ListSource(elements)))
                case .messages(let elements): Chain(pipeline.root(ListSource(elements)))
                case .chunks(let elements): Chain(pipeline.root(ListSource(elements)))
                case .generated(let count, let rate):
                    Chain(pipeline.root(GeneratorSource(count: count, rate: rate) { Bytes("\($0)") }))
                }
            })
        catalog.register(
            SinkComponent(ComponentDescription("collect", "Collects bytes."), guarantee: "none") { [sink] _, chain in
                chain.of(Bytes.self).to(sink)
            })
        catalog.register(
            SinkComponent(ComponentDescription("collect-messages", "Collects messages."), guarantee: "none") {
                [messageSink] _, chain in chain.of(KeyValue.self).to(messageSink)
            })
    }

    /// The pipeline; stages and sink as on the command line.
    func pipeline(
        _ stages: [String], to sink: String = "collect:", from source: String = "memory:",
        _ change: (inout PipelineDeclaration) throws -> Void = { _ in }
    ) throws -> Pipeline {
        let place = ConfigurationOrigin.commandLine("--through")
        var declaration = PipelineDeclaration(
            name: "words", source: try ComponentUse(uri: source, at: place),
            stages: try stages.map { try ComponentUse(stage: $0, at: place) },
            sink: try ComponentUse(uri: sink, at: place))
        try change(&declaration)
        return try declaration.pipeline(from: catalog)
    }

    /// Runs it to its end.
    ///
    /// - Returns: how long it took, in virtual time
    @discardableResult
    func run(
        _ stages: [String], to sink: String = "collect:", from source: String = "memory:",
        _ change: (inout PipelineDeclaration) throws -> Void = { _ in }
    ) throws -> Duration {
        let pipeline = try pipeline(stages, to: sink, from: source, change)
        return try SeededScheduler.run(seed: 1) { scheduler in
            let start = scheduler.now
            _ = try PipelineRun(pipeline, .quiet(on: scheduler)).wait()
            return scheduler.now.elapsed(since: start)
        }
    }
}

/// What came out of stages over bytes.
func through(_ stages: String..., over input: [Bytes]) throws -> [Bytes] {
    try through(stages, over: .bytes(input))
}

/// What came out of stages.
func through(_ stages: [String], over input: Fed) throws -> [Bytes] {
    let words = Words(input)
    try words.run(stages)
    return words.sink.elements
}

/// What came out of stages over messages.
func through(_ stages: String..., over input: [KeyValue]) throws -> [KeyValue] {
    let words = Words(.messages(input))
    try words.run(stages, to: "collect-messages:")
    return words.messageSink.elements
}

/// A stream as chunks of a number of bytes.
func stream(_ text: String, by size: Int = 3) -> Fed {
    stream(Array(text.utf8), by: size)
}

func stream(_ bytes: [UInt8], by size: Int = 3) -> Fed {
    var chunks: [StreamChunk] = []
    var start = 0
    repeat {
        let end = min(bytes.count, start + size)
        chunks.append(
            StreamChunk(
                stream: PartitionID(index: 0), offset: Int64(start), bytes: Bytes(bytes[start..<end]),
                isLast: end == bytes.count))
        start = end
    } while start < bytes.count
    return .chunks(chunks)
}

/// Runs something that must fail.
///
/// - Returns: the text of its error
func failure(_ body: () throws -> Void, sourceLocation: Testing.SourceLocation = #_sourceLocation) -> String {
    do {
        try body()
    } catch {
        return "\(error)"
    }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return ""
}

/// A row of a table of tests.
struct Row: Sendable, CustomTestStringConvertible {
    var stages: [String]
    var input: [Bytes]
    var output: [Bytes]

    init(_ stages: String..., over input: [Bytes], gives output: [Bytes]) {
        self.stages = stages
        self.input = input
        self.output = output
    }

    var testDescription: String { "\(stages) over \(input)" }

    func check() throws {
        #expect(try through(stages, over: .bytes(input)) == output)
    }
}
