import Testing

/// A document with one mistake, and what is to be said of it.
struct BrokenDocument: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let line: Int
    let column: Int
    let says: String
    let mend: String

    /// The sample with one line replaced; nil takes it away.
    init(
        _ name: String, line number: Int, _ replacement: String?, at place: (line: Int, column: Int), says: String,
        mend: String
    ) {
        var lines = Samples.lines
        if let replacement { lines[number - 1] = replacement } else { lines.remove(at: number - 1) }
        self.init(name, lines.joined(separator: "\n") + "\n", at: place, says: says, mend: mend)
    }

    /// A whole document.
    init(_ name: String, _ text: String, at place: (line: Int, column: Int), says: String, mend: String) {
        self.name = name
        self.text = text
        line = place.line
        column = place.column
        self.says = says
        self.mend = mend
    }

    var testDescription: String { name }

    /// An alias that unfolds to nine to the power of nine values.
    static let bomb: String = {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(aliases)]")
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    static let all: [BrokenDocument] = [
        BrokenDocument("nothing at all", "", at: (1, 1), says: "is empty", mend: "apiVersion: connect/v1"),
        BrokenDocument("a list", "- a\n- b\n", at: (1, 1), says: "no mapping", mend: "key: value"),
        BrokenDocument(
            "no apiVersion", line: 1, nil, at: (1, 1), says: "\"apiVersion\" is missing", mend: "connect/v1"),
        BrokenDocument(
            "a wrong apiVersion", line: 1, "apiVersion: connect/v2", at: (1, 13), says: "the apiVersion",
            mend: "Write apiVersion: connect/v1."),
        BrokenDocument("no kind", line: 2, nil, at: (1, 1), says: "\"kind\" is missing", mend: "kind: Pipeline"),
        BrokenDocument(
            "a wrong kind", line: 2, "kind: Pipelines", at: (2, 7), says: "the kind", mend: "Write kind: Pipeline."),
        BrokenDocument(
            "a misspelt top key", line: 2, "knd: Pipeline", at: (2, 1), says: "no key \"knd\"", mend: "kind?"),
        BrokenDocument(
            "a name that is no text", line: 3, "metadata: {name: [a]}", at: (3, 18), says: "no text",
            mend: "name: my-pipeline"),
        BrokenDocument(
            "metadata that is no mapping", line: 3, "metadata: sample", at: (3, 11), says: "metadata is no mapping",
            mend: "key: value"),
        BrokenDocument(
            "no spec", "apiVersion: connect/v1\nkind: Pipeline\n", at: (1, 1), says: "\"spec\" is missing",
            mend: "source, stages and sink"),
        BrokenDocument(
            "a misspelt source", line: 5, "  sorce: {type: numbers, path: a.txt}", at: (5, 3), says: "no key \"sorce\"",
            mend: "Did you mean source?"),
        BrokenDocument("no sink", line: 8, nil, at: (5, 3), says: "\"sink\" is missing", mend: "Name a component"),
        BrokenDocument(
            "a misspelt key of a component", line: 5, "  source: {type: numbers, pth: a.txt}", at: (5, 27),
            says: "numbers has no key \"pth\"", mend: "Did you mean path?"),
        BrokenDocument(
            "a key that is missing", line: 5, "  source: {type: numbers, count: 3}", at: (5, 11),
            says: "numbers needs the key \"path\"", mend: "Give it a text."),
        BrokenDocument(
            "a key that nobody knows", line: 8, "  sink: {type: output, path: o, colour: red}", at: (8, 33),
            says: "output has no key \"colour\"", mend: "There are these keys:"),
        BrokenDocument(
            "a word for a number", line: 5, "  source: {type: numbers, path: a, count: many}", at: (5, 43),
            says: "\"many\" is no value for \"count\"", mend: "a whole number from 1 to 100"),
        BrokenDocument(
            "a number beyond its bounds", line: 5, "  source: {type: numbers, path: a, count: 101}", at: (5, 43),
            says: "\"101\"", mend: "a whole number from 1 to 100"),
        BrokenDocument(
            "a list for a text", line: 5, "  source: {type: numbers, path: [a]}", at: (5, 33),
            says: "a list is no value",
            mend: "It takes a text."),
        BrokenDocument(
            "a mapping for a text", line: 5, "  source: {type: numbers, path: {a: b}}", at: (5, 33),
            says: "a mapping is no value", mend: "It takes a text."),
        BrokenDocument(
            "yes for true", line: 5, "  source: {type: numbers, path: a, follow: yes}", at: (5, 44), says: "\"yes\"",
            mend: "true or false"),
        BrokenDocument(
            "a time without a unit", line: 5, "  source: {type: numbers, path: a, wait: 10}", at: (5, 42),
            says: "\"10\"",
            mend: "500ms"),
        BrokenDocument(
            "a size with an unknown unit", line: 5, "  source: {type: numbers, path: a, most: 1MB}", at: (5, 42),
            says: "\"1MB\"", mend: "64KiB"),
        BrokenDocument(
            "a word that is not among those", line: 5, "  source: {type: numbers, path: a, mode: quick}", at: (5, 42),
            says: "\"quick\"", mend: "one of fast, slow"),
        BrokenDocument(
            "a share above one", line: 5, "  source: {type: numbers, path: a, share: 1.5}", at: (5, 43),
            says: "\"1.5\"",
            mend: "a number"),
        BrokenDocument(
            "an unknown source", line: 5, "  source: {type: nmbers, path: a.txt}", at: (5, 11),
            says: "there is no source \"nmbers\"", mend: "Did you mean numbers?"),
        BrokenDocument(
            "an unknown stage", line: 7, "    - uper", at: (7, 7), says: "there is no stage \"uper\"", mend: "upper?"),
        BrokenDocument(
            "an unknown sink", line: 8, "  sink: kafka:topic", at: (8, 9), says: "there is no sink \"kafka\"",
            mend: "There are these sinks: output"),
        BrokenDocument(
            "a stage used as source", line: 5, "  source: upper", at: (5, 11), says: "there is no source \"upper\"",
            mend: "upper is a stage: it stands between source and sink."),
        BrokenDocument(
            "a sink used as stage", line: 7, "    - output:x", at: (7, 7), says: "there is no stage \"output\"",
            mend: "output is a sink: it stands last."),
        BrokenDocument(
            "a sink without a colon", line: 8, "  sink: out.txt", at: (8, 9),
            says: "does not begin with the name of a component", mend: "Write the name, a colon"),
        BrokenDocument(
            "a stage without a type", line: 7, "    - {path: a, par: 2}", at: (7, 7), says: "does not say what it is",
            mend: "Give it a type"),
        BrokenDocument(
            "a stage with a blank behind the colon", line: 7, "    - upper: x", at: (7, 7),
            says: "does not say what it is", mend: "without the blank behind the colon"),
        BrokenDocument(
            "a list as source", line: 5, "  source: [numbers, numbers]", at: (5, 11), says: "source is a list",
            mend: "Name one component"),
        BrokenDocument(
            "stages that are no list",
            "apiVersion: connect/v1\nkind: Pipeline\nspec:\n  source: numbers:a\n"
                + "  stages: upper\n  sink: output:b\n", at: (5, 11), says: "stages is no list", mend: "- lines"),
        BrokenDocument(
            "negative par", line: 7, "    - {type: upper, par: -1}", at: (7, 26),
            says: "\"-1\" is no value for \"par\"",
            mend: "a whole number from 1 to 4096"),
        BrokenDocument(
            "negative par of the pipeline", line: 4, "spec:\n  par: -1", at: (5, 8), says: "\"-1\"",
            mend: "a whole number from 1 to 4096"),
        BrokenDocument(
            "a misspelt setting", line: 4, "spec:\n  checkpointEvry: 1s", at: (5, 3), says: "no key \"checkpointEvry\"",
            mend: "checkpointEvery?"),
        BrokenDocument(
            "an unknown policy", line: 7, "    - {type: upper, onError: ignore}", at: (7, 30),
            says: "nothing that can happen", mend: "fail, skip, dead-letter"),
        BrokenDocument(
            "dead letters without a place", line: 7, "    - {type: upper, onError: dead-letter}", at: (7, 30),
            says: "no place for dead letters", mend: "--dead-letter"),
        BrokenDocument(
            "a rate that is none", line: 7, "    - {type: upper, throttle: fast}", at: (7, 31), says: "no rate",
            mend: "1000/1s"),
        BrokenDocument(
            "a trigger that is none", line: 7, "    - {type: upper, trigger: often}", at: (7, 30), says: "no trigger",
            mend: "a time (1s)"),
        BrokenDocument(
            "a variable that is not set", line: 5, "  source: 'numbers:${NOWHERE}'", at: (5, 11),
            says: "the variable NOWHERE is not set", mend: "${NOWHERE:-value}"),
        BrokenDocument(
            "a variable with a message", line: 5, "  source: 'numbers:${NOWHERE:?say where}'", at: (5, 11),
            says: "not set: say where", mend: "Set it"),
        BrokenDocument(
            "a brace that is not closed", line: 5, "  source: 'numbers:${HOME'", at: (5, 11), says: "no closing brace",
            mend: "$${"),
        BrokenDocument(
            "a variable with a wrong sign", line: 5, "  source: 'numbers:${HOME-x}'", at: (5, 11),
            says: "names no variable", mend: "${NAME:-default}"),
        BrokenDocument(
            "a file that is not there", line: 5, "  source: 'numbers:${file:/nowhere}'", at: (5, 11),
            says: "the file /nowhere cannot be read", mend: "See whether it is there"),
        BrokenDocument(
            "the same key twice", line: 2, "kind: Pipeline\nkind: Pipeline", at: (3, 1),
            says: "\"kind\" is there twice",
            mend: "Keep one of the two."),
        BrokenDocument(
            "a quote that is not closed", line: 3, "metadata: {name: \"sample}", at: (9, 1), says: "this is no YAML",
            mend: "the quotes"),
        BrokenDocument(
            "a tabulator as indentation", line: 5, "\tsource: numbers:a", at: (5, 1), says: "this is no YAML",
            mend: "indentation"),
        BrokenDocument(
            "a colon too many", line: 8, "  sink: output: x", at: (8, 15), says: "this is no YAML", mend: "the colons"),
        BrokenDocument(
            "a tag", line: 2, "kind: !!str Pipeline", at: (2, 7), says: "the tag", mend: "Take it away"),
        BrokenDocument(
            "a second document", Samples.text + "---\nkind: Pipeline\n", at: (9, 1), says: "a second document begins",
            mend: "a file of its own"),
        BrokenDocument("an alias bomb", bomb, at: (6, 10), says: "more than 100000 values", mend: "aliases unfold"),
        BrokenDocument(
            "an alias in its own anchor", line: 3, "metadata: &a {name: x, labels: *a}", at: (3, 32),
            says: "nothing before has the anchor &a", mend: "Write it out."),
        BrokenDocument(
            "an alias of nothing", line: 3, "metadata: *nothing", at: (3, 11), says: "the anchor &nothing",
            mend: "Write it out."),
        BrokenDocument(
            "nesting without end", String(repeating: "[", count: 200), at: (1, 102), says: "more than 100 deep",
            mend: "Make it flatter."),
        BrokenDocument(
            "a mapping as key", line: 3, "? {a: b}\n: c", at: (3, 3), says: "a key must be a word", mend: "key: value"),
        BrokenDocument(
            "a bad escape in a URI", line: 5, "  source: 'numbers:a?count=%zz'", at: (5, 11),
            says: "a % without two hexadecimal digits", mend: "%25"),
    ]
}
