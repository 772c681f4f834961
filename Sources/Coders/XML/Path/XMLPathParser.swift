import Connect

/// Reads the text of a path.
struct XMLPathParser {
    private let text: String
    private let namespaces: [String: String]
    private var rest: Substring.UnicodeScalarView

    init(_ text: String, _ namespaces: [String: String]) {
        self.text = text
        self.namespaces = namespaces
        rest = Substring(text).unicodeScalars
        skipSpace()
    }

    mutating func path() throws(CoderError) -> ([XMLStep], isAbsolute: Bool) {
        if rest.isEmpty { throw problem("it is empty") }
        let isAbsolute = rest.first == "/"
        if text == "/" { return ([], true) }
        var steps: [XMLStep] = []
        var isFirst = true
        while !rest.isEmpty || isFirst {
            var isBelow = false
            if take("//") {
                isBelow = true
            } else if !take("/"), !isFirst {
                throw problem("behind a step comes a slash, a bracket or nothing")
            }
            var step = try step()
            step.isBelow = isBelow
            if steps.last.map({ $0.axis == .attributes || $0.test == .text }) == true {
                throw problem("an attribute or text() is the last step")
            }
            try conditions(of: &step)
            if step.axis != .itself || isBelow || !step.conditions.isEmpty { steps.append(step) }
            isFirst = false
            skipSpace()
        }
        if steps.count > XML.Path.mostSteps { throw problem("it has more than \(XML.Path.mostSteps) steps") }
        return (steps, isAbsolute)
    }

    private mutating func step() throws(CoderError) -> XMLStep {
        skipSpace()
        if take("..") { throw problem("it leads out of the node; an XPath can do that") }
        if take(".") { return XMLStep(axis: .itself, test: .any) }
        if take("@") { return XMLStep(axis: .attributes, test: try test()) }
        if take("text()") { return XMLStep(axis: .children, test: .text) }
        return XMLStep(axis: .children, test: try test())
    }

    private mutating func test() throws(CoderError) -> XMLStep.Test {
        if take("*") { return .any }
        let name = takeName()
        guard !name.isEmpty else { throw problem("a name is missing") }
        guard take(":") else { return .name(Array(name.utf8), .any) }
        let local = takeName()
        guard !local.isEmpty else { throw problem("a name is missing behind a prefix") }
        if let uri = namespaces[name] { return .name(Array(local.utf8), .uri(Array(uri.utf8))) }
        return .name(Array(local.utf8), .prefix(Array(name.utf8)))
    }

    private mutating func conditions(of step: inout XMLStep) throws(CoderError) {
        skipSpace()
        while take("[") {
            skipSpace()
            step.conditions.append(try condition())
            skipSpace()
            guard take("]") else { throw problem("a [ has no ] where it is expected") }
            skipSpace()
        }
    }

    private mutating func condition() throws(CoderError) -> XMLStep.Condition {
        if take("last()") { return .last }
        if let first = rest.first, ("0"..."9").contains(first) {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest[digits.endIndex...]
            guard let place = Int(String(Substring(digits))), place > 0 else { throw problem("places begin with 1") }
            return .place(place)
        }
        let asked = try step()
        skipSpace()
        let isEqual = take("=")
        guard isEqual || take("!=") else { return .exists(asked) }
        skipSpace()
        guard let quote = rest.first, quote == "'" || quote == "\"" else {
            throw problem("a text to compare with stands in quotes")
        }
        rest.removeFirst()
        guard let end = rest.firstIndex(of: quote) else { throw problem("a quote does not end") }
        let value = Array(String(Substring(rest[..<end])).utf8)
        rest = rest[rest.index(after: end)...]
        return .compares(asked, isEqual: isEqual, value)
    }

    private mutating func takeName() -> String {
        guard let first = rest.first, XMLCharacters.isNameStart(first.value) else { return "" }
        let name = rest.prefix { XMLCharacters.isNamePart($0.value) }
        rest = rest[name.endIndex...]
        return String(Substring(name))
    }

    private mutating func take(_ word: String) -> Bool {
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest = rest.dropFirst(word.unicodeScalars.count)
        return true
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " }
    }

    private func problem(_ message: String) -> CoderError {
        CoderError(
            .configuration, coder: "XML",
            "\"\(text)\" is no path: \(message). Write one like order/line[1]/@sku or //entry[@kind='a']")
    }
}
