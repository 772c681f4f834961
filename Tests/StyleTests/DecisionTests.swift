import Foundation
import Testing

@Suite("The decisions")
struct DecisionTests {
    private static let decisions = SourceTree.files(under: "Decisions", ending: ".md")
        .filter { !$0.path.hasSuffix("0000-template.md") }

    @Test("Every decision has its number, a status and the parts of the template, and fits on a page")
    func followTheTemplate() {
        let offenders = Self.decisions.flatMap { file -> [String] in
            let number = file.path.dropFirst("Decisions/".count).prefix(4)
            var faults: [String] = []
            if !file.text.hasPrefix("# \(number): ") { faults.append("does not begin with `# \(number): `") }
            if file.textPlaces(of: #"^Date: \d{4}-\d\d-\d\d\. Status: (proposed|accepted|superseded by \d{4})$"#)
                .isEmpty
            {
                faults.append("has no line `Date: …. Status: …`")
            }
            let parts = file.lines.filter { $0.hasPrefix("## ") }
            if parts != ["## Context", "## Decision", "## Alternatives", "## Consequences"] {
                faults.append("has the parts \(parts)")
            }
            if file.lines.count > 60 { faults.append("has \(file.lines.count) lines") }
            return faults.map { "\(file.path) \($0)" }
        }
        #expect(Self.decisions.count >= 8)
        expectNone(offenders, "See Decisions/0000-template.md.")
    }

    @Test("Decisions are numbered one by one")
    func areNumbered() {
        let numbers = Self.decisions.compactMap { Int($0.path.dropFirst("Decisions/".count).prefix(4)) }
        #expect(numbers == Array(1...max(1, numbers.count)))
    }

    @Test("Decision 0007 names every file that may take the check of Sendable upon itself")
    func sendableIsDecided() {
        let text = Self.decisions.first { $0.path.contains("/0007-") }?.text ?? ""
        let names = Allowed.uncheckedSendable.map { path in
            String(path.split(separator: "/").last?.dropLast(".swift".count) ?? "")
        }
        expectNone(names.filter { !text.contains($0) }.sorted(), "Supersede the decision, or do without.")
    }
}
