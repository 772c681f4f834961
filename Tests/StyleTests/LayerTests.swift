import Foundation
import Testing

/// A type that a file declares at its top level, so that others can name it.
struct DeclaredType: Sendable, Hashable {
    let name: String
    let path: String
    let isPrivate: Bool

    private static let pattern =
        #"^(?:@[\w(),. ]+\s+)*((?:public|package|internal|private|fileprivate|final|indirect|open)\s+)*"#
        + #"(class|struct|enum|actor|protocol|typealias)\s+(\w+)"#

    /// The types declared at the left margin.
    static func all(in file: SourceFile) -> [DeclaredType] {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return [] }
        return file.codeLines.compactMap { line in
            let text = String(line)
            guard let match = expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)),
                let name = Range(match.range(at: 3), in: text), let whole = Range(match.range, in: text)
            else { return nil }
            return DeclaredType(
                name: String(text[name]), path: file.path, isPrivate: text[whole].contains("private"))
        }
    }
}

@Suite("The rooms of the core")
struct LayerTests {
    /// What each folder of the core may name beside itself.
    private static let allowed: [String: Set<String>] = [
        "Values": [],
        "Contracts": ["Values"],
        "Declaration": ["Contracts", "Values"],
        "Plan": ["Declaration", "Contracts", "Values"],
        "Runtime": ["Plan", "Declaration", "Contracts", "Values"],
    ]

    @Test("The core has no other folders than those with a place in the order")
    func foldersAreKnown() {
        let folders = Set(SourceTree.core.map { $0.folder })
        expectNone(folders.subtracting(Self.allowed.keys).sorted(), "Say in LayerTests what the folder may name.")
    }

    @Test(
        "Names are used in one direction: Declaration, then Plan, then Runtime; Contracts and Values name none of them")
    func namesGoOneWay() {
        let types = SourceTree.core.flatMap(DeclaredType.all).filter { !$0.isPrivate }
        // A name that two folders declare says nothing about a direction.
        let folders = Dictionary(grouping: types, by: \.name).compactMapValues { same -> String? in
            let folders = Set(same.map { SourceTree.folder(of: $0.path) })
            return folders.count == 1 ? folders.first : nil
        }
        let offenders = SourceTree.core.flatMap { file in
            file.words().compactMap { word, line -> String? in
                guard let folder = folders[word], folder != file.folder else { return nil }
                if Self.allowed[file.folder]?.contains(folder) == true { return nil }
                return "\(file.path):\(line) names \(word) of \(folder)"
            }
        }
        expectNone(offenders, "Move the type to the left or its user to the right, or put a protocol into Contracts.")
    }

    @Test("The name of a file of the core says what it holds: a type it declares, or Type+What for an extension")
    func filesAreNamedAfterTypes() {
        let offenders = SourceTree.core.filter { file in
            let name = file.name
            if DeclaredType.all(in: file).contains(where: { $0.name == name }) { return false }
            let extended = name.split(separator: "+").first.map(String.init) ?? name
            return !name.contains("+") || file.places(of: #"extension \[?(\w+\.)*\#(extended)\b"#).isEmpty
        }
        expectNone(
            offenders.map { file in
                let types = DeclaredType.all(in: file).map(\.name).joined(separator: ", ")
                return "\(file.path) declares \(types.isEmpty ? "no type" : types)"
            }, "Rename the file, or the type.")
    }
}

extension SourceTree {
    /// The folder of the core that a path lies in.
    static func folder(of path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 3 ? String(parts[2]) : ""
    }
}

extension SourceFile {
    var folder: String { SourceTree.folder(of: path) }

    /// The words of the code that begin with a capital letter, each with its first line; not the members that follow a
    /// dot, which belong to somebody else.
    func words() -> [String: Int] {
        var words: [String: Int] = [:]
        for (index, line) in codeLines.enumerated() {
            let parts = line.split(omittingEmptySubsequences: false) { !$0.isLetter && !$0.isNumber && $0 != "_" }
            for part in parts {
                guard let first = part.first, first.isUppercase, words[String(part)] == nil else { continue }
                let isMember = part.startIndex > line.startIndex && line[line.index(before: part.startIndex)] == "."
                if !isMember { words[String(part)] = index + 1 }
            }
        }
        return words
    }
}
