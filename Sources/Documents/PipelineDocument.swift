public import ConnectCatalog

/// A pipeline as one or several documents describe it.
///
/// ```yaml
/// apiVersion: connect/v1
/// kind: Pipeline
/// metadata:
///   name: errors
/// spec:
///   source: file:logs/*.log.gz      # as in a one-liner, or
///   stages:
///     - lines
///     - type: grep                  # a mapping with the component's name as type
///       pattern: ERROR
///       par: 2
///   sink: {type: file, path: errors.log}
///   checkpointEvery: 1s
///   state: state/
/// ```
public struct PipelineDocument: Sendable {
    /// Source, stages and sink.
    public let declaration: PipelineDeclaration
    /// The directory that checkpoints are kept in; nil keeps none.
    public let state: String?
    /// How often checkpoints are made; nil is the runtime's own interval.
    public let checkpointEvery: Duration?
    /// Everything that was said, merged, with the places.
    public let values: ConfigurationValue
    /// What was read from files for `${file:/path}`: nobody is to see it.
    public internal(set) var secrets: Set<String> = []

    /// The settings that stand beside source, stages and sink.
    public static let settingKeys = [
        ConfigurationKey("par", .integer(1...4096), "How many workers run each stage that does not say it itself."),
        ConfigurationKey("limit", .integer(1...Int.max), "How many elements reach the sink; then the run ends."),
        ConfigurationKey("buffer", .integer(1...Int.max), "How many elements may wait before the sink."),
        ConfigurationKey("memory", .bytes, "How many bytes the whole pipeline may have under way."),
        ConfigurationKey("checkpointEvery", .duration, "How often checkpoints are made."),
        ConfigurationKey("state", .text, "The directory that checkpoints are kept in."),
        ConfigurationKey("onError", .text, "What happens at an error of a stage that does not say it itself."),
    ]

    /// A document's text and name.
    public struct Source: Sendable {
        /// The name, for messages.
        public let path: String
        /// The bytes.
        public let text: [UInt8]

        /// A document.
        public init(path: String, text: [UInt8]) {
            self.path = path
            self.text = text
        }
    }

    /// Reads documents; what a later one says wins, mapping by mapping.
    ///
    /// - Parameters:
    ///   - sources: at least one
    ///   - catalog: the components that may be named; their mistakes are found along with those of the document
    ///   - settings: what the command line says beyond them, as `spec.sink.path=out.log`
    ///   - environment: the variables of `${NAME}`
    ///   - readFile: reads the file of `${file:/path}`; nil where it cannot be read
    /// - Returns: the pipeline
    /// - Throws: `ConfigurationError` with all mistakes that could be found
    public static func read(
        _ sources: [Source], catalog: Catalog, settings: [String] = [], environment: [String: String],
        readFile: @escaping (String) -> [UInt8]?
    ) throws(ConfigurationError) -> PipelineDocument {
        var problems: [ConfigurationProblem] = []
        var merged: ConfigurationValue?
        for source in sources {
            do throws(ConfigurationError) {
                guard let value = try YAMLReader.read(source.text, path: source.path) else { continue }
                merged = merged.map { $0.merged(with: value) } ?? value
            } catch {
                problems += error.problems
            }
        }
        if !problems.isEmpty { throw ConfigurationError(problems) }
        guard var values = merged else {
            let path = sources.first?.path ?? "document"
            throw ConfigurationError(
                ConfigurationProblem(
                    at: .file(path, line: 1, column: 1), "the document is empty",
                    mend: "Begin with apiVersion: connect/v1; connectctl init writes one."))
        }
        for setting in settings { values = values.merged(with: try ConfigurationValue(setting: setting)) }
        var interpolation = Interpolation(environment: environment, readFile: readFile)
        let interpolated = interpolation.apply(values, &problems)
        let unread = Set(problems.map(\.origin))
        var reader = DocumentReader(catalog: catalog, problems: problems)
        do throws(ConfigurationError) {
            var document = try reader.read(interpolated)
            document.secrets = interpolation.secrets
            return document
        } catch {
            // What could not be read is not judged as well.
            let others = error.problems.filter { !unread.contains($0.origin) }
            throw ConfigurationError(problems + others).hiding(interpolation.secrets)
        }
    }
}

extension ConfigurationValue {
    /// Mappings are merged name by name; all else is replaced.
    func merged(with later: ConfigurationValue) -> ConfigurationValue {
        guard case .mapping(var entries) = content, case .mapping(let others) = later.content else { return later }
        for other in others {
            if let index = entries.firstIndex(where: { $0.key == other.key }) {
                entries[index] = ConfigurationEntry(
                    key: other.key, value: entries[index].value.merged(with: other.value), at: other.origin)
            } else {
                entries.append(other)
            }
        }
        return ConfigurationValue(.mapping(entries), at: later.origin)
    }

    /// What `--set spec.sink.path=out.log` says.
    init(setting text: String) throws(ConfigurationError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        // Without the value, which may be a secret.
        let origin = ConfigurationOrigin.commandLine("--set \(parts[0])")
        let names = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, names.allSatisfy({ !$0.isEmpty }) else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: origin, "\"\(parts[0])\" sets nothing", mend: "Write --set spec.sink.path=out.log."))
        }
        var value = ConfigurationValue(String(parts[1]), at: origin)
        for name in names.reversed() {
            value = ConfigurationValue(
                .mapping([ConfigurationEntry(key: String(name), value: value, at: origin)]), at: origin)
        }
        self = value
    }
}
