public import ConnectCatalog
import Connect
import Logging

extension Catalog {
    /// Adds the stage `exec`.
    public mutating func registerProcess() {
        register(.exec)
    }
}

extension StageComponent {
    static let exec = StageComponent(
        ComponentDescription(
            "exec", "Gives each element as a line to a command of the shell, and takes the line that it answers with.",
            details: "The command must write one line for each line, and flush it at once: sed -u, grep and jq with "
                + "--line-buffered or --unbuffered, others by stdbuf -oL. Order is kept; with par=4 four commands run. An "
                + "element is done when what was made of it is delivered; after a restart the command may see it once "
                + "more. Where the command ends, does not answer in time or answers too much it is started again, with "
                + "the same element, after a pause that doubles; then the error policy counts. Its standard error is "
                + "logged. At the end its input is closed, and after 2 seconds it is killed with all that it has started; "
                + "only where the pipeline itself is killed by SIGKILL, or stopped at once, the end of its input must do.",
            keys: [
                ConfigurationKey("command", .text, "What /bin/sh -c is given.", isRequired: true),
                ConfigurationKey(
                    "restarts", .integer(0...Int.max), "How often it is started again for one element.", default: "5"),
                ConfigurationKey(
                    "backoff", .duration, "How long to wait before it is started again the first time.",
                    default: "200ms"),
                ConfigurationKey("timeout", .duration, "How long it may take for one line.", default: "60s"),
                ConfigurationKey("maxBytes", .bytes, "The longest line that it may answer with.", default: "64MiB"),
                Field.configurationKey,
            ], unnamedKey: "command",
            examples: [
                "connectctl run --from file:a.json --through lines --through 'exec:jq --unbuffered -c .name' --to stdout:"
            ])
    ) { configuration, chain in
        let command = ChildCommand(
            command: configuration.text("command") ?? "", timeout: configuration.duration("timeout") ?? .seconds(60),
            maxBytes: configuration.bytes("maxBytes") ?? 64 << 20)
        if command.command.allSatisfy(\.isWhitespace) {
            throw configuration.problem(
                "command", "there is no command", mend: "Write one: exec:command=sed -u s/a/b/.")
        }
        let mapped = chain.mapBytes(on: try Field(configuration)) {
            let exchange = LineExchange(command, logger: Logger(label: "connect.exec"))
            return { span, output in
                let answer = try span.withUnsafeBytes { (line) throws(ProcessError) in try exchange.exchange(line) }
                answer.withUnsafeBytes { output.append($0) }
            }
        }
        let restarts = configuration.integer("restarts") ?? 5
        if restarts == 0 { return mapped }
        return mapped.retrying(restarts, backoff: configuration.duration("backoff") ?? .milliseconds(200))
    }
}
