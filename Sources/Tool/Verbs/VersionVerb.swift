import ArgumentParser

/// The version of the tool, and of everything that is released with it.
enum ToolVersion {
    static let current = "0.1.0"
}

struct VersionVerb: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Shows the version.")

    func run() {
        ToolOutput.show("connectctl \(ToolVersion.current)")
    }
}
