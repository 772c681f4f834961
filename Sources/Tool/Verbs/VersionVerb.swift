import ArgumentParser

struct VersionVerb: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Shows the version.")

    func run() {
        ToolOutput.show("connectctl 0.1.0")
    }
}
