import Connect
import ConnectFiles
import ConnectGzip
import ConnectText
import Foundation
import Testing

/// The code of the article WhatThePlanDoes.
@Suite("What the plan does")
struct PlanTests {
    @Test("The listing of the article is what the plan prints")
    func listing() throws {
        let pipeline = Pipeline("shout")
            .coders(.text)
            .root(FileSource("access.log.gz").lines())
            .as(String.self)
            .filter { !$0.hasPrefix("#") }
            .map { $0.uppercased() }
            .to(StandardOutput())
        expectArticle("WhatThePlanDoes", shows: try pipeline.plan().description)
    }

    @Test("A coder that is named needs no registry")
    func namedCoder() throws {
        let messages = Pipeline("messages").root(ListSource([Bytes("a")]))
        let unpacked = messages.as(Bytes.self, via: GunzipMessage())
        #expect(try unpacked.to(NullSink()).plan().description.contains("GUNZIP"))
    }

    @Test("The mistakes of the article are what the plan finds")
    func mistakes() throws {
        let mistaken = Pipeline("orders")
            .root(ListSource(1...10))
            .map { $0 * 2 }.par(0)
            .count()
            .to(NullSink())
        let error = #expect(throws: PlanError.self) { try mistaken.plan() }
        expectArticle("WhatThePlanDoes", shows: error?.description ?? "")
    }
}

/// Fails if an article does not show a text; places in sources do not count.
private func expectArticle(
    _ name: String, shows text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Connect/Connect.docc/\(name).md")
    let shown = (try? String(contentsOf: article, encoding: .utf8)) ?? ""
    let isShown = withoutPlaces(shown).contains(withoutPlaces(text))
    #expect(isShown, "The article \(name) is to show:\n\(text)", sourceLocation: sourceLocation)
}

private func withoutPlaces(_ text: String) -> String {
    text.replacingOccurrences(of: #"\w+/\w+\.swift:\d+"#, with: "FILE:LINE", options: .regularExpression)
}
