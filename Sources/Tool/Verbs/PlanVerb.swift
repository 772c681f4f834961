import ArgumentParser
import Connect

struct PlanVerb: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, dot, mermaid
    }

    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Shows what a pipeline would do, with the coders and threads it gets.",
        discussion: "With --diff the status is 0 where the plans are the same and 1 where they differ, as diff has it.")

    @OptionGroup var arguments: PipelineArguments

    @OptionGroup(title: "Instances that share the work") var peers: PeersWords

    @Option(name: [.customShort("o"), .customLong("output")], help: "How: text, json, dot or mermaid.")
    var format: Format = .text

    @Option(
        help: "Shows what is different from the plan of another document: its lines with -, those of this plan with +.")
    var diff: String?

    func run() throws {
        let text = try text(arguments)
        guard let diff else { return ToolOutput.show(text) }
        var other = PipelineArguments.none
        other.documents = [diff]
        let before = try self.text(other)
        func lines(_ text: String) -> [String] {
            text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        guard let difference = LineDifference.text(from: lines(before), to: lines(text)) else {
            return ToolOutput.show("no difference")
        }
        ToolOutput.show(difference)
        throw ToolStatus(code: 1)
    }

    private func text(_ arguments: PipelineArguments) throws -> String {
        let request = try PipelineRequest(arguments)
        return request.hidden(format.text(of: try request.plan(peers)))
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

extension PipelineArguments {
    /// Nothing was said.
    static var none: PipelineArguments {
        var arguments = PipelineArguments()
        (arguments.documents, arguments.through, arguments.settings) = ([], [], [])
        (arguments.from, arguments.to, arguments.name, arguments.memory) = (nil, nil, nil, nil)
        (arguments.par, arguments.limit) = (nil, nil)
        (arguments.state, arguments.checkpointEvery, arguments.onError, arguments.deadLetter) = (nil, nil, nil, nil)
        return arguments
    }
}
