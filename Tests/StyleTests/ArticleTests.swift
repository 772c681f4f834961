import Foundation
import Testing

@Suite("The articles of the documentation")
struct ArticleTests {
    private static let articles = [
        "Sources/Connect/Connect.docc", "Sources/Tool/ConnectTool.docc", "Sources/Coders/Avro/ConnectAvro.docc",
        "Sources/Connectors/AvroFiles/ConnectAvroFiles.docc",
        "Sources/Connectors/SchemaRegistry/ConnectSchemaRegistry.docc",
        "Sources/Connectors/SchemaRegistryServer/ConnectSchemaRegistryServer.docc",
    ].flatMap {
        SourceTree.files(under: $0, ending: ".md")
    }

    @Test("All code in the articles is compiled, as part of the documentation tests or of an example")
    func codeIsCompiled() {
        let compiled = ["Tests/DocumentationTests", "Examples"].flatMap {
            SourceTree.files(under: $0, ending: ".swift")
        }
        .map { "\n" + Self.normalized($0.lines).joined(separator: "\n") + "\n" }
        let offenders = Self.articles.flatMap { article in
            Self.blocks(in: article).filter { block in
                let text = "\n" + Self.normalized(block.lines).joined(separator: "\n") + "\n"
                return !compiled.contains { $0.contains(text) }
            }.map { "\(article.path):\($0.line)" }
        }
        #expect(Self.articles.flatMap(Self.blocks).count > 20)
        expectNone(offenders, "Put the code, line by line, into a file of Tests/DocumentationTests.")
    }

    @Test("Tests cite only promises that the page of the semantics makes")
    func citationsExist() throws {
        let promises = Set(try Self.ids(#"\*\*([A-Z]+-\d+)\.\*\*"#, in: Self.semantics))
        #expect(promises.count > 30)
        // The network's promises are not made yet.
        let offenders = try SourceTree.tests.flatMap { file in
            try Self.ids(#"S-([A-Z]+-\d+)"#, in: file.text).filter { !promises.contains($0) && !$0.hasPrefix("NET-") }
                .map { "\(file.path) cites S-\($0)" }
        }
        expectNone(offenders, "Make the promise in Semantics.md, or cite the one that is meant.")
    }

    @Test("Every promise that the page of the semantics makes is cited by a test, in a comment")
    func promisesAreProven() throws {
        var cited: Set<String> = []
        for file in SourceTree.tests {
            // A citation is a comment: what stands in the blanked code as well proves nothing.
            for (line, code) in zip(file.lines, file.codeLines) where line != code && line.contains("//") {
                cited.formUnion(try Self.ids(#"\bS-([A-Z]+-\d+)\b"#, in: String(line)))
            }
        }
        let unproven = try Self.ids(#"\*\*([A-Z]+-\d+)\.\*\*"#, in: Self.semantics).filter { !cited.contains($0) }
        expectNone(unproven, "Write a test that fails where the promise is broken, and cite it there: // S-ACK-2.")
    }

    private static let semantics = articles.first { $0.path.hasSuffix("/Semantics.md") }?.text ?? ""

    private static func ids(_ pattern: String, in text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
            Range(match.range(at: 1), in: text).map { String(text[$0]) }
        }
    }

    private struct Block {
        let line: Int
        var lines: [Substring] = []
    }

    /// The blocks of an article that are fenced as Swift.
    private static func blocks(in article: SourceFile) -> [Block] {
        var blocks: [Block] = []
        var isInside = false
        for (index, line) in article.lines.enumerated() {
            if line == "```swift" {
                isInside = true
                blocks.append(Block(line: index + 1))
            } else if line.hasPrefix("```") {
                isInside = false
            } else if isInside {
                blocks[blocks.count - 1].lines.append(line)
            }
        }
        return blocks
    }

    /// Lines without indentation; imports and empty lines do not count.
    private static func normalized(_ lines: [Substring]) -> [String] {
        lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("import ") }
    }
}
