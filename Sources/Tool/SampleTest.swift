import ConnectCatalog

/// An input and what is to come out.
struct SampleTest {
    let name: String
    let input: [String]
    let output: [String]
    let origin: ConfigurationOrigin

    /// The tests of a document.
    ///
    /// - Throws: `ConfigurationError` with all mistakes; also where there are none
    static func all(in document: ConfigurationValue?, place: String?) throws -> [SampleTest] {
        guard let document, case .mapping(let top) = document.content,
            let tests = top.first(where: { $0.key == "tests" })
        else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: document?.origin ?? .commandLine(place ?? "test"), "there are no tests",
                    mend: "Write a document with tests: a list of name, input and output."))
        }
        guard case .list(let values) = tests.value.content else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: tests.value.origin, "tests is no list", mend: "Begin each test with a dash: - name: …"))
        }
        var problems: [ConfigurationProblem] = []
        let samples = values.enumerated().compactMap { read($1, number: $0 + 1, &problems) }
        if !problems.isEmpty { throw ConfigurationError(problems) }
        return samples
    }

    private static func read(
        _ value: ConfigurationValue, number: Int, _ problems: inout [ConfigurationProblem]
    ) -> SampleTest? {
        guard case .mapping(let entries) = value.content else {
            problems.append(
                ConfigurationProblem(at: value.origin, "a test is no mapping", mend: "Give it name, input and output."))
            return nil
        }
        let keys = [
            ConfigurationKey("name", .text, "What is tested."),
            ConfigurationKey("input", .list, "What the source would read.", isRequired: true),
            ConfigurationKey("output", .list, "What is to come out.", isRequired: true),
        ]
        do throws(ConfigurationError) {
            let test = try Configuration(entries, keys: keys, component: "a test", at: value.origin)
            func lines(_ key: String) -> [String] {
                guard let value = entries.first(where: { $0.key == key })?.value else { return [] }
                return SampleTest.lines(of: value)
            }
            return SampleTest(
                name: test.text("name") ?? "test \(number)", input: lines("input"), output: lines("output"),
                origin: value.origin)
        } catch {
            problems += error.problems
            return nil
        }
    }

    private static func lines(of value: ConfigurationValue) -> [String] {
        switch value.content {
        case .text(let text):
            if text.isEmpty { return [] }
            let whole = text.hasSuffix("\n") ? text.dropLast() : text[...]
            return whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        case .list(let values):
            return values.compactMap { value in
                if case .text(let text) = value.content { text } else { nil }
            }
        case .mapping: return []
        }
    }
}
