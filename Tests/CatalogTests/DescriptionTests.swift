import Connect
import ConnectCatalog
import Testing

@Suite("What components say of themselves")
struct DescriptionTests {
    private static var descriptions: [ComponentDescription] {
        let catalog = Words(.bytes([])).catalog
        let all =
            catalog.sources.values.map(\.description) + catalog.stages.values.map(\.description)
            + catalog.sinks.values.map(\.description)
        let own = ["memory", "collect", "collect-messages"]
        return all.filter { !own.contains($0.name) }.sorted { $0.name < $1.name }
    }

    @Test("Each has a name of small letters, sentences, and keys that are explained and have defaults that hold")
    func sentences() {
        for description in Self.descriptions {
            #expect(description.name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(description.name)")
            #expect(description.summary.hasSuffix("."), "\(description.name)")
            #expect(description.details.isEmpty || description.details.hasSuffix("."), "\(description.name)")
            #expect(!description.examples.isEmpty, "\(description.name) has no example")
            if let key = description.unnamedKey { #expect(description.keys.contains { $0.name == key }) }
            for key in description.keys {
                #expect(key.help.hasSuffix("."), "\(description.name): \(key.name)")
                #expect(key.name.wholeMatch(of: /[a-z][A-Za-z]*/) != nil, "\(description.name): \(key.name)")
            }
        }
    }

    @Test("The examples can be built", arguments: descriptions.flatMap(\.examples))
    func examples(_ example: String) throws {
        let words = shellWords(example)
        let start = try #require(words.firstIndex(of: "connectctl"))
        #expect(words[start + 1] == "run")
        var source = ""
        var sink = ""
        var stages: [String] = []
        var index = start + 2
        while index + 1 < words.count {
            switch words[index] {
            case "--from": source = words[index + 1]
            case "--through": stages.append(words[index + 1])
            case "--to": sink = words[index + 1]
            default: break
            }
            index += 2
        }
        let isPlannable = !example.contains("--through value")
        let pipeline = try Words(.bytes([])).pipeline(stages, to: sink, from: source)
        if isPlannable { _ = try pipeline.plan() }
    }

    /// The words of a line as a shell would cut it; only single quotes and backslashes are known.
    private func shellWords(_ line: String) -> [String] {
        var words = [""]
        var isQuoted = false
        for character in line {
            if character == "'" {
                isQuoted.toggle()
            } else if character == " ", !isQuoted {
                words.append("")
            } else {
                words[words.count - 1].append(character)
            }
        }
        return words.filter { !$0.isEmpty }
    }
}
