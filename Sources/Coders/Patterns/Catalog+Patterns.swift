public import ConnectCatalog
import Connect

extension Catalog {
    /// Adds the stages that work with regular expressions: `grep`, `replace` and `extract`.
    public mutating func registerPatterns() {
        register(.grep)
        register(.replace)
        register(.extract)
    }
}

private let patternKey = ConfigurationKey(
    "pattern", .text, "A regular expression over bytes, as Perl knows them (PCRE2).", isRequired: true)
private let literalKey = ConfigurationKey(
    "literal", .boolean, "Whether the pattern is no expression but the very bytes to look for.", default: "false")
private let caseKey = ConfigurationKey(
    "ignoreCase", .boolean, "Whether upper and lower case of ASCII letters are the same.", default: "false")

/// A pattern as it was configured, known to compile.
private struct PatternSetting: Sendable {
    let text: String
    let options: Pattern.Options
    let field: Field

    init(_ configuration: Configuration) throws(ConfigurationError) {
        text = configuration.text("pattern") ?? ""
        options = Pattern.Options(
            ignoresCase: configuration.flag("ignoreCase"), isLiteral: configuration.flag("literal"))
        field = try Field(configuration)
        do throws(PatternError) {
            _ = try Pattern(text, options)
        } catch {
            throw configuration.problem("pattern", "\(error)", mend: "See pcre2pattern(3), or set literal=true.")
        }
    }

    func make() throws -> Pattern { try Pattern(text, options) }
}

extension StageComponent {
    static let grep = StageComponent(
        ComponentDescription(
            "grep", "Lets the lines or messages pass in which a pattern is found.",
            details:
                "Bytes need not be UTF-8. Of messages those that have not the part named by on never pass, also with "
                + "exclude=true.",
            keys: [
                patternKey,
                ConfigurationKey(
                    "exclude", .boolean, "Whether those pass in which it is not found.", default: "false"),
                literalKey, caseKey, Field.configurationKey,
            ], unnamedKey: "pattern",
            examples: ["connectctl run --from file:access.log --through lines --through grep:ERROR --to stdout:"])
    ) { configuration, chain in
        let setting = try PatternSetting(configuration)
        let isExcluding = configuration.flag("exclude")
        return chain.filterBytes(on: setting.field) {
            let pattern = try setting.make()
            return { span in
                try span.withUnsafeBytes { try pattern.find(in: $0) != nil } != isExcluding
            }
        }
    }

    static let replace = StageComponent(
        ComponentDescription(
            "replace", "Replaces every part that a pattern finds.",
            details:
                "In the replacement $1 to $9 stand for groups of the match, $0 for all of it and $$ for a dollar; a "
                + "group that took no part in the match is empty. With literal=true a dollar is a dollar. A match of no "
                + "bytes is replaced as well.",
            keys: [
                patternKey,
                ConfigurationKey("with", .text, "What is put in its place.", default: ""),
                ConfigurationKey("all", .boolean, "Whether all matches are replaced, or the first.", default: "true"),
                literalKey, caseKey, Field.configurationKey,
            ], unnamedKey: "pattern",
            examples: [
                "connectctl run --from file:a.txt --through lines --through 'replace:pattern=(\\d+)-(\\d+),with=$2-$1' "
                    + "--to stdout:"
            ])
    ) { configuration, chain in
        let setting = try PatternSetting(configuration)
        let replacement = Replacement(configuration.text("with") ?? "", isLiteral: setting.options.isLiteral)
        let all = configuration.flag("all")
        return chain.mapBytes(on: setting.field) {
            let pattern = try setting.make()
            return { span, output in
                try span.withUnsafeBytes { try replacement.replace(pattern, in: $0, all: all, &output) }
            }
        }
    }

    static let extract = StageComponent(
        ComponentDescription(
            "extract", "Takes out what the groups of a pattern find, with a separator between them.",
            details: "With format=json each match becomes an object of the named groups. A group that took no part in "
                + "the match is empty, in JSON null. Only the first match counts. Messages that have not the part named by "
                + "on are left out.",
            keys: [
                patternKey,
                ConfigurationKey("separator", .text, "What stands between the groups.", default: "\t"),
                ConfigurationKey("format", .choice(["text", "json"]), "How the groups are written.", default: "text"),
                ConfigurationKey(
                    "noMatch", .choice(["drop", "keep", "fail"]),
                    "What becomes of what the pattern does not match: it is dropped, kept as it is, or an error.",
                    default: "drop"),
                literalKey, caseKey, Field.configurationKey,
            ], unnamedKey: "pattern",
            examples: [
                "connectctl run --from file:access.log --through lines "
                    + "--through 'extract:pattern=\"GET (\\S+)\" (\\d+)' --to stdout:"
            ])
    ) { configuration, chain in
        let setting = try PatternSetting(configuration)
        let extraction = try Extraction(configuration, setting.make())
        return chain.filterMapBytes(on: setting.field) {
            let pattern = try setting.make()
            return { span, output in
                try span.withUnsafeBytes { try extraction.write(pattern, in: $0, &output) }
            }
        }
    }
}
