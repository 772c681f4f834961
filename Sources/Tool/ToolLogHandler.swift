import ConnectCatalog
import Connect
import Logging

/// Writes messages to standard error, each as one line: words for people, or an object of JSON for programs.
struct ToolLogHandler: LogHandler {
    enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    let label: String
    let format: Format
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    init(label: String, format: Format) {
        self.label = label
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Instant.text(SystemScheduler.shared.timeOfDay)
        switch format {
        case .text:
            let words = all.map { " \($0.key)=\(ToolLogHandler.word("\($0.value)"))" }.joined()
            ToolOutput.error("\(time) \(event.level) \(ToolLogHandler.onOneLine("\(event.message)"))\(words)")
        case .json:
            let members = [
                (name: "time", value: JSONText.quoted(time)),
                (name: "level", value: JSONText.quoted("\(event.level)")),
                (name: "logger", value: JSONText.quoted(label)),
                (name: "message", value: JSONText.quoted("\(event.message)")),
            ]
            let own = Set(members.map(\.name))
            // What the message brings along may be called like the members.
            let others = all.map { (name: own.contains($0.key) ? "_" + $0.key : $0.key, value: "\($0.value)") }
            ToolOutput.error(JSONText.object(members + others.map { ($0.name, JSONText.quoted($0.value)) }))
        }
    }

    private static func word(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { !$0.isWhitespace && $0 != "\"" && $0 != "=" }
        return isPlain ? text : JSONText.quoted(text)
    }

    private static func onOneLine(_ text: String) -> String {
        text.contains { $0.isNewline } ? JSONText.quoted(text) : text
    }
}
