// connectctl with two components of one's own: a source that counts, and a stage that hides digits.
//
//     own-component run --from 'count-up:to=20' --through mask:x --to stdout:
import Connect
import ConnectCatalog
import ConnectComponents
import ConnectTool

let countUp = SourceComponent(
    ComponentDescription(
        "count-up", "Counts from 1, up to a number or without end.",
        keys: [ConfigurationKey("to", .integer(1...Int.max), "The last number; by default there is none.")],
        unnamedKey: "to", examples: ["own-component run --from count-up:20 --through mask --to stdout:"]),
    guarantee: "at-least-once"
) { configuration, pipeline in
    Chain(pipeline.root(GeneratorSource(count: configuration.integer("to")) { Bytes("number \($0 + 1)") }))
}

let mask = StageComponent(
    ComponentDescription(
        "mask", "Puts a character in the place of every digit.",
        keys: [ConfigurationKey("with", .text, "The character.", default: "#")], unnamedKey: "with",
        examples: ["own-component run --from stdin: --through lines --through mask:x --to stdout:"])
) { configuration, chain in
    let with = Array((configuration.text("with") ?? "").utf8)
    if with.count != 1 { throw configuration.problem("with", "a digit is one byte", mend: "Give one: mask:x.") }
    return Chain(chain.of(Bytes.self).map { line in Bytes(line.map { 0x30...0x39 ~= $0 ? with[0] : $0 }) })
}

var catalog = Catalog()
catalog.registerFiles()
catalog.registerText()
catalog.register(countUp)
catalog.register(mask)

await ConnectTool.main(catalog)
