import Connect
import ConnectCatalog
import ConnectComponents
import FuzzSupport

/// What a stage is fed with.
enum Fed: Sendable {
    case chunks([StreamChunk])
    case messages([Bytes])
}

private let place = ConfigurationOrigin.commandLine("fuzz")

private let standard = {
    var catalog = Catalog()
    catalog.registerText()
    return catalog
}()

/// The stage `csv` with what it is told; a comma makes a list of the columns.
func csv(_ keys: (String, String)..., delimiter: UInt8 = 0x2C) -> ComponentUse {
    let all = keys + [("delimiter", String(Unicode.Scalar(delimiter)))]
    return ComponentUse(
        name: "csv",
        entries: all.map { key, text in
            if key != "columns" { return ConfigurationEntry(key: key, text: text, at: place) }
            let names = text.split(separator: ",", omittingEmptySubsequences: false)
            return ConfigurationEntry(
                key: key,
                value: ConfigurationValue(.list(names.map { ConfigurationValue(String($0), at: place) }), at: place),
                at: place)
        }, at: place)
}

/// Runs stages over elements in memory.
///
/// - Returns: what came out, and whether all of it did
func run(_ stages: [ComponentUse], over input: Fed) -> (output: [[UInt8]], succeeded: Bool) {
    let found = CollectSink<Bytes>()
    var catalog = standard
    catalog.register(
        SourceComponent(ComponentDescription("memory", "Elements in memory."), guarantee: "none") { _, pipeline in
            switch input {
            case .chunks(let chunks): Chain(pipeline.root(ListSource(chunks)))
            case .messages(let messages): Chain(pipeline.root(ListSource(messages)))
            }
        })
    catalog.register(
        SinkComponent(ComponentDescription("collect", "Collects bytes."), guarantee: "none") { _, chain in
            chain.of(Bytes.self).to(found)
        })
    let declaration = PipelineDeclaration(
        name: "csv", source: ComponentUse(name: "memory", at: place), stages: stages,
        sink: ComponentUse(name: "collect", at: place))
    do {
        let pipeline = try declaration.pipeline(from: catalog)
        let succeeded = succeeds(pipeline)
        return (found.elements.map { Array($0) }, succeeded)
    } catch {
        fatalError("the stage is declared in a wrong way: \(error)")
    }
}
