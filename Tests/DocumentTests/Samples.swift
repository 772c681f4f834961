import Connect
import ConnectCatalog
import ConnectDocuments
import Testing

/// A document that has no mistakes, line by line, and a catalog for it.
enum Samples {
    static let lines = [
        "apiVersion: connect/v1",
        "kind: Pipeline",
        "metadata: {name: sample}",
        "spec:",
        "  source: {type: numbers, path: a.txt}",
        "  stages:",
        "    - upper",
        "  sink: {type: output, path: out.txt}",
    ]

    static var text: String { lines.joined(separator: "\n") + "\n" }

    /// Components that open nothing, so that a test of documents cannot.
    static let catalog: Catalog = {
        var catalog = Catalog()
        let path = ConfigurationKey("path", .text, "A file.", isRequired: true)
        let password = ConfigurationKey("password", .text, "What the server wants to hear.", isSecret: true)
        let count = ConfigurationKey("count", .integer(1...100), "How many.", default: "10")
        catalog.register(
            SourceComponent(
                ComponentDescription(
                    "numbers", "Numbers.",
                    keys: [
                        path, password, count, ConfigurationKey("follow", .boolean, "Whether to go on."),
                        ConfigurationKey("wait", .duration, "How long."), ConfigurationKey("most", .bytes, "How much."),
                        ConfigurationKey("mode", .choice(["fast", "slow"]), "How."),
                        ConfigurationKey("names", .list, "Which."), ConfigurationKey("share", .number(0...1), "Part."),
                    ], unnamedKey: "path"), guarantee: "at-least-once"
            ) { configuration, pipeline in
                if configuration.text("password") == "wrong-password" {
                    throw configuration.problem("password", "\"wrong-password\" is too simple", mend: "Take another.")
                }
                return Chain(pipeline.root(ListSource(["a", "b"].map { Bytes($0) })))
            })
        catalog.register(
            StageComponent(ComponentDescription("upper", "Capitals.")) { _, chain in
                Chain(chain.of(Bytes.self).map { $0 })
            })
        catalog.register(
            SinkComponent(
                ComponentDescription("output", "An output.", keys: [path], unnamedKey: "path"),
                guarantee: "at-least-once"
            ) { _, chain in chain.of(Bytes.self).to(NullSink()) })
        return catalog
    }()

    /// Reads documents without touching the machine.
    static func read(
        _ texts: String..., settings: [String] = [], environment: [String: String] = [:], files: [String: String] = [:]
    ) throws(ConfigurationError) -> PipelineDocument {
        let names = ["d.yaml", "e.yaml", "f.yaml"]
        return try PipelineDocument.read(
            zip(names, texts).map { PipelineDocument.Source(path: $0, text: Array($1.utf8)) }, catalog: catalog,
            settings: settings, environment: environment, readFile: { files[$0].map { Array($0.utf8) } })
    }

    /// Reads and builds: all mistakes, those of the components too.
    static func problems(
        _ text: String, settings: [String] = [], environment: [String: String] = [:], files: [String: String] = [:]
    ) -> [ConfigurationProblem] {
        do throws(ConfigurationError) {
            let document = try read(text, settings: settings, environment: environment, files: files)
            do throws(ConfigurationError) {
                _ = try document.declaration.pipeline(from: catalog)
            } catch {
                throw error.hiding(document.secrets)
            }
            return []
        } catch {
            return error.problems
        }
    }
}
