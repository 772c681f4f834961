/// Metrics of one name.
struct PrometheusFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    let name: String
    let kind: Kind
    /// By their labels, as they are written.
    var members: [String: any PrometheusMember] = [:]

    init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The lines of the family.
    var text: String {
        var result = "# HELP \(name) \(PrometheusHelp.text(of: name))\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, member) in members.sorted(by: { $0.key < $1.key }) { result += member.lines(name, labels) }
        return result
    }

    /// A name as Prometheus allows it: letters, digits, `_` and `:`, not beginning with a digit.
    static func name(_ label: String) -> String {
        var result = ""
        for scalar in label.unicodeScalars {
            let isAllowed = scalar.isLetterOfName || (!result.isEmpty && ("0"..."9").contains(scalar)) || scalar == ":"
            result.unicodeScalars.append(isAllowed ? scalar : "_")
        }
        return result.isEmpty ? "_" : result
    }

    /// Labels as they stand between braces, in the order given.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { "\(name($0.0).filter { $0 != ":" })=\"\(escaped($0.1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// One metric: a name with labels.
protocol PrometheusMember: AnyObject, Sendable {
    /// The lines that tell its value.
    ///
    /// - Parameters:
    ///   - name: the name of the family
    ///   - labels: as they stand between braces; empty where there are none
    /// - Returns: whole lines
    func lines(_ name: String, _ labels: String) -> String
}

extension PrometheusMember {
    /// One line.
    func line(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }
}

extension Double {
    /// The number as Prometheus reads it.
    var prometheusText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: self).map { "\($0)" } ?? "\(self)"
    }
}

extension Unicode.Scalar {
    fileprivate var isLetterOfName: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_"
    }
}
