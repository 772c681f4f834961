public import ArgumentParser
public import ConnectCatalog

/// The whole tool around a catalog: anyone's `main.swift` may call it with components of his own.
///
/// ```swift
/// var catalog = Catalog()
/// catalog.registerFiles()
/// catalog.register(myComponent)
/// await ConnectTool.main(catalog)
/// ```
public enum ConnectTool {
    /// Reads the command line, does what it says and ends the process.
    ///
    /// | status | meaning |
    /// |---|---|
    /// | 0 | done |
    /// | 1 | something failed, or `plan --diff` has found a difference |
    /// | 2 | the command line is wrong |
    /// | 78 | a component, a key, a document or the plan is wrong; nothing was opened |
    /// | 130, 143 | ended by a second signal, or before the drain was over |
    ///
    /// Verbs of yours may throw `ValidationError` for 2, `ExitCode` for a status of their own, and anything else for 1.
    ///
    /// - Parameters:
    ///   - catalog: the components that may be named
    ///   - verbs: further verbs; one that is called like a verb of the tool takes its place
    ///   - arguments: the words behind the program's name; nil takes those of the process
    public static func main(
        _ catalog: Catalog, verbs: [any ParsableCommand.Type] = [], arguments: [String]? = nil
    ) async -> Never {
        let status = await ToolCatalog.$current.withValue(catalog) {
            await ToolCatalog.$verbs.withValue(verbs) { await run(arguments) }
        }
        ToolOutput.exit(status)
    }

    private static func run(_ arguments: [String]?) async -> Int32 {
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            if var verb = command as? any AsyncParsableCommand {
                try await verb.run()
            } else {
                try command.run()
            }
            return 0
        } catch let error as ConfigurationError {
            ToolOutput.error("\(error)")
            return 78
        } catch let status as ToolStatus {
            if let message = status.message { ToolOutput.error(message) }
            return status.code
        } catch {
            let code = RootCommand.exitCode(for: error)
            let message = RootCommand.fullMessage(for: error)
            // Help and version are no errors.
            if code.isSuccess {
                ToolOutput.show(message)
                return 0
            }
            ToolOutput.error(message)
            return code == .validationFailure ? 2 : code.rawValue
        }
    }
}

/// What a program has put into the tool.
enum ToolCatalog {
    /// The catalog that the verbs work with.
    @TaskLocal static var current = Catalog()
    /// The verbs beside those that the tool has.
    @TaskLocal static var verbs: [any ParsableCommand.Type] = []
}

/// A status that the process is to end with.
struct ToolStatus: Error {
    let code: Int32
    var message: String?
}

struct RootCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: ToolVersion.program,
            abstract: "Moves and reshapes data between systems.",
            discussion: """
                A pipeline is given in words:
                  \(ToolVersion.program) run --from file:access.log.gz --through lines --through upper --to stdout:
                or as a document:
                  \(ToolVersion.program) run pipeline.yaml
                `\(ToolVersion.program) list` shows what can be named.
                """,
            version: ToolVersion.text,
            subcommands: verbs)
    }

    /// The tool's own verbs, those that others have put into their places, and what is new.
    private static var verbs: [any ParsableCommand.Type] {
        var verbs: [any ParsableCommand.Type] = [
            RunVerb.self, ValidateVerb.self, PlanVerb.self, TestVerb.self, InitVerb.self, ListVerb.self,
            SchemaVerb.self, CheckpointVerb.self, CompletionVerb.self, VersionVerb.self,
        ]
        for verb in ToolCatalog.verbs {
            let name = verb.configuration.commandName
            if let place = verbs.firstIndex(where: { $0.configuration.commandName == name }) {
                verbs[place] = verb
            } else {
                verbs.append(verb)
            }
        }
        return verbs
    }
}
