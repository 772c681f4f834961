import Connect
import ConnectCatalog
import ConnectTesting
import Synchronization
import Testing

@Suite("What a catalog tells components where nobody else does")
struct DefaultsTests {
    /// What a component was told.
    private struct Told: Sendable, Equatable {
        var word: String?
        var origin: ConfigurationOrigin
        var passedOn: [String]
    }

    /// A catalog with a source and a sink of the same name that note what they are told.
    private final class Listener: Sendable {
        let told = Mutex<[Told]>([])

        func note(_ configuration: Configuration) {
            let told = Told(
                word: configuration.text("word"), origin: configuration.origin(of: "word"),
                passedOn: configuration.passedOn.map { "\($0.key) from \($0.origin)" })
            self.told.withLock { $0.append(told) }
        }

        func catalog(isRequired: Bool) -> Catalog {
            let description = ComponentDescription(
                "talk", "Listens.",
                keys: [
                    ConfigurationKey("word", .text, "A word.", isRequired: isRequired),
                    ConfigurationKey("count", .integer(1...9), "A number."),
                ], unnamedKey: "word")
            var catalog = Catalog()
            let passesOn: @Sendable (String) -> Bool = { $0.hasPrefix("client.") }
            catalog.register(
                SourceComponent(description, guarantee: "none", passesOn: passesOn) { configuration, pipeline in
                    self.note(configuration)
                    return Chain(pipeline.root(ListSource([Bytes("a")])))
                })
            catalog.register(
                SinkComponent(
                    description, guarantee: "none", passesOn: passesOn,
                    deadLetters: { configuration in
                        self.note(configuration)
                        return .skip
                    }
                ) { configuration, chain in
                    self.note(configuration)
                    return chain.of(Bytes.self).to(CollectSink<Bytes>())
                })
            return catalog
        }
    }

    private let place = ConfigurationOrigin.commandLine("--default")

    private func build(
        _ listener: Listener, from: String, to: String, deadLetter: String? = nil, isRequired: Bool = true,
        _ defaults: [String: [String: ConfigurationValue]]
    ) throws -> [Told] {
        var catalog = listener.catalog(isRequired: isRequired)
        catalog.defaults = defaults
        let words = ConfigurationOrigin.commandLine("words")
        var declaration = PipelineDeclaration(
            name: "defaults", source: try ComponentUse(uri: from, at: words), sink: try ComponentUse(uri: to, at: words)
        )
        declaration.deadLetter = try deadLetter.map { try ComponentUse(uri: $0, at: words) }
        _ = try declaration.pipeline(from: catalog)
        return listener.told.withLock { $0 }
    }

    @Test("Sources, sinks and dead letters are told it with its place, and what they say themselves wins")
    func areTold() throws {
        let words = ConfigurationOrigin.commandLine("words")
        let told = try build(
            Listener(), from: "talk:", to: "talk:?word=own", deadLetter: "talk:unnamed",
            ["talk": ["word": ConfigurationValue("hello", at: place)]])
        #expect(
            told == [
                // Dead letters come first: stages may need them.
                Told(word: "unnamed", origin: words, passedOn: []), Told(word: "hello", origin: place, passedOn: []),
                Told(word: "own", origin: words, passedOn: []),
            ])
    }

    @Test("Keys of a client library are told as well, and those that a component does not have are not for it")
    func otherKeys() throws {
        let told = try build(
            Listener(), from: "talk:", to: "talk:?client.id=own", isRequired: false,
            [
                "talk": [
                    "client.id": ConfigurationValue("default", at: place), "server": ConfigurationValue("x", at: place),
                ], "others": ["word": ConfigurationValue("no", at: place)],
            ])
        #expect(
            told == [
                Told(word: nil, origin: .standard, passedOn: ["client.id from --default"]),
                Told(word: nil, origin: .standard, passedOn: ["client.id from words"]),
            ])
    }

    @Test("A value that does not fit is a mistake at its own place; without any a key that must be given is missing")
    func mistakes() {
        let wrong = failure {
            _ = try build(
                Listener(), from: "talk:a", to: "talk:b?count=3",
                ["talk": ["count": ConfigurationValue("x", at: place)]])
        }
        #expect(wrong.hasPrefix("--default: error: \"x\" is no value for \"count\" of talk"), "\(wrong)")
        #expect(!wrong.contains("words:"))
        let missing = failure { _ = try build(Listener(), from: "talk:a", to: "talk:", [:]) }
        #expect(missing.contains("talk needs the key \"word\""), "\(missing)")
    }
}
