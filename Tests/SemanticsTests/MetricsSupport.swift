import Connect
import ConnectTesting
import Foundation
import MetricsTestKit

extension TestMetrics {
    /// The sum of all counters of a name with these labels.
    func total(_ label: String, of component: String, _ labels: (String, String)...) -> Int {
        Int(counterTotal(label: label, dimensions: [("component_id", component)] + labels))
    }

    /// The value of a gauge; nil where there is none, or more than one.
    func gauge(_ label: String, of component: String, _ labels: (String, String)...) -> Double? {
        let found = recorders(label: label, dimensions: [("component_id", component)] + labels)
        return found.count == 1 ? found[0].lastValue : nil
    }

    /// Each name with the labels of all that has it, sorted.
    var labelsByName: [String: Set<[String]>] {
        let all =
            counters.map { ($0.label, $0.dimensions) } + recorders.map { ($0.label, $0.dimensions) }
            + timers.map { ($0.label, $0.dimensions) } + meters.map { ($0.label, $0.dimensions) }
        return all.reduce(into: [:]) { result, metric in
            result[metric.0, default: []].insert(metric.1.map(\.0).sorted())
        }
    }
}

/// The metrics that the documentation lists.
enum DocumentedMetrics {
    private static let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/Connect/Connect.docc/Metrics.md").standardized

    /// Each name with its labels, sorted.
    static func labelsByName() throws -> [String: [String]] {
        let component = ["pipeline", "component_id", "component_kind", "component_type"]
        let lines = try String(contentsOf: article, encoding: .utf8).split(separator: "\n")
        return lines.reduce(into: [:]) { result, line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, ["counter", "gauge", "timer"].contains(cells[1]) else { return }
            let labels = cells[2].split(separator: ",").flatMap { label -> [String] in
                let name = label.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
                return name == "component" ? component : [name]
            }
            result[cells[0].trimmingCharacters(in: CharacterSet(charactersIn: "`"))] = labels.sorted()
        }
    }
}

/// Gives numbers whose event time lies some time back when they are read.
struct BelatedSource: Source {
    let count: Int
    let delay: Duration

    var descriptor: SourceDescriptor { SourceDescriptor(kind: "BelatedSource", isBounded: true) }

    func makeReader() -> Reader { Reader(source: self) }

    struct Reader: SourceReader {
        let source: BelatedSource
        private var context: SourceContext?
        private var partition = PartitionID(index: 0)

        init(source: BelatedSource) {
            self.source = source
        }

        mutating func open(_ context: SourceContext) throws {
            self.context = context
            partition = context.partitions.partition(named: "0")
        }

        mutating func poll(into batch: inout SourceBatch<Int>, deadline: MonotonicTime) throws -> SourcePoll {
            guard let context else { return .ended }
            let delay = Int64(clamping: source.delay.wholeNanoseconds)
            for number in 0..<source.count {
                batch.append(number, partition: partition, offset: Int64(number))
                let now = context.scheduler.timeOfDay.nanosecondsSinceEpoch
                batch.setEventTime(EventTime(nanosecondsSinceEpoch: now - delay))
            }
            return .ended
        }
    }
}
