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
        let request = try PipelineRequest(arguments)
        let plan = try request.plan()
        ToolOutput.show(request.hidden(format.text(of: plan)))
    }
}

extension PlanVerb.Format {
    func text(of plan: Plan) -> String {
        switch self {
        case .text: "\(plan)"
        case .json: plan.json
        case .dot: plan.dot
        case .mermaid: plan.mermaid
        }
    }
}
