import ArgumentParser

struct CompletionVerb: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Shows a script that lets a shell complete the tool's words.",
        discussion: "In bash: source <(connectctl completion bash)")

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        ToolOutput.show(RootCommand.completionScript(for: kind))
    }
}
