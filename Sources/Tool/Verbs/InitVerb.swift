import ArgumentParser
import ConnectCatalog

struct InitVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Writes a commented document for a source and a sink to standard output.",
        discussion: "connectctl init --from file --to stdout > pipeline.yaml")

    @Option(help: "The name of the source.")
    var from: String

    @Option(help: "The name of the sink.")
    var to: String

    @Option(help: "The name of the pipeline.")
    var name: String = "my-pipeline"

    func run() throws {
        let catalog = ToolCatalog.current
        guard let source = catalog.sources[from]?.description else {
            throw unknown(from, "--from", "source", Array(catalog.sources.keys))
        }
        guard let sink = catalog.sinks[to]?.description else {
            throw unknown(to, "--to", "sink", Array(catalog.sinks.keys))
        }
        let template = DocumentTemplate(catalog: catalog, name: name, source: source, sink: sink)
        ToolOutput.show(template.text)
    }

    private func unknown(_ name: String, _ option: String, _ what: String, _ known: [String]) -> ConfigurationError {
        ConfigurationError(
            ConfigurationProblem(
                at: .commandLine("\(option) \(name)"), "there is no \(what) \"\(name)\"",
                mend: NearestName.mend(name, in: known, what: "\(what)s")))
    }
}
