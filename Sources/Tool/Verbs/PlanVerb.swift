import ArgumentParser
import Connect

struct PlanVerb: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, dot, mermaid
    }

    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Shows what a pipeline would do, with the coders and threads it gets.")

    @OptionGroup var arguments: PipelineArguments

    @Option(name: [.customShort("o"), .customLong("output")], help: "How: text, json, dot or mermaid.")
    var format: Format = .text

    func run() throws {
        let pipeline = try PipelineRequest(arguments).pipeline()
        let plan = try planOrStatus(pipeline)
        switch format {
        case .text: ToolOutput.print("\(plan)")
        case .json: ToolOutput.print(plan.json)
        case .dot: ToolOutput.print(plan.dot)
        case .mermaid: ToolOutput.print(plan.mermaid)
        }
    }
}

/// Plans a pipeline; mistakes of the plan end the tool like those of a document.
func planOrStatus(_ pipeline: Pipeline) throws -> Plan {
    do {
        return try pipeline.plan()
    } catch {
        throw ToolStatus(code: 78, message: "\(error)")
    }
}
