import ArgumentParser

/// The version of the tool, and of everything that is released with it.
enum ToolVersion {
    static let current = "0.1.0"
    /// What the tool is called: other programs that are built on it have names of their own.
    static let program =
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "connectctl"
    /// The line that tells both.
    static let text = "\(program) \(current)"
}

struct VersionVerb: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Shows the version.")

    func run() {
        ToolOutput.show(ToolVersion.text)
    }
}
