/// A plan as a drawing: a box for each stage, a frame for each segment, the types at the arrows.
enum PlanGraph {
    static func dot(of plan: Plan) -> String {
        var lines = ["digraph \(quoted(plan.pipeline)) {", "  rankdir=LR", "  node [shape=box]"]
        for segment in plan.segments {
            lines.append("  subgraph cluster_\(segment.number) {")
            lines.append("    label=\(quoted(segment.label))")
            for index in segment.stages {
                let label = plan.withCoders[index].labels.joined(separator: "\n")
                let style = plan.withCoders[index].injectedBecause == nil ? "" : ", style=dashed"
                lines.append("    s\(index + 1) [label=\(quoted(label))\(style)]")
            }
            lines.append("  }")
        }
        for (index, stage) in plan.withCoders.enumerated().dropFirst() {
            lines.append("  s\(index) -> s\(index + 1) [label=\(quoted(stage.input?.name ?? ""))]")
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    static func mermaid(of plan: Plan) -> String {
        var lines = ["flowchart LR"]
        for segment in plan.segments {
            lines.append("  subgraph g\(segment.number)[\"\(escaped(segment.label))\"]")
            for index in segment.stages {
                let label = plan.withCoders[index].labels.map(escaped).joined(separator: "<br/>")
                lines.append("    s\(index + 1)[\"\(label)\"]")
            }
            lines.append("  end")
        }
        for (index, stage) in plan.withCoders.enumerated().dropFirst() {
            lines.append("  s\(index) -->|\"\(escaped(stage.input?.name ?? ""))\"| s\(index + 1)")
        }
        return lines.joined(separator: "\n")
    }

    /// A string of the DOT language.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            switch character {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where character.isNewline: quoted += "\\n"
            default: quoted.append(character)
            }
        }
        return quoted + "\""
    }

    /// Text within quotes of a Mermaid label: characters with a meaning there become entities.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\"": escaped += "#quot;"
            case "#": escaped += "#35;"
            case "<": escaped += "#lt;"
            case ">": escaped += "#gt;"
            case "`": escaped += "#96;"
            case _ where character.isNewline: escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }
}

extension PlannedStage {
    /// What stands in the stage's box.
    fileprivate var labels: [String] {
        let title = name == kind || name.hasPrefix("\(kind)-") ? name : "\(name): \(kind)"
        return [title] + annotations
    }
}

extension PlanSegment {
    fileprivate var label: String { "segment \(number), \(listedThreads): \(reason)" }
}

extension Plan {
    /// The plan as a graph in the DOT language of Graphviz; stages that the plan put in have dashed boxes.
    public var dot: String { PlanGraph.dot(of: self) }

    /// The plan as a Mermaid flowchart, for Markdown pages.
    public var mermaid: String { PlanGraph.mermaid(of: self) }
}
