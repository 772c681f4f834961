import Foundation

/// One text file of the repository.
struct SourceFile: Sendable {
    /// The path from the root of the repository.
    let path: String
    let text: String
    /// The text without comments and string literals.
    let code: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var codeLines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The name without folders and ending.
    var name: String { String(path.split(separator: "/").last?.split(separator: ".").first ?? "") }

    /// Where a pattern occurs in the code, as `path:line: text`.
    func places(of pattern: String) -> [String] {
        places(of: pattern, in: codeLines)
    }

    /// Where a pattern occurs in the text, comments and literals included.
    func textPlaces(of pattern: String) -> [String] {
        places(of: pattern, in: lines)
    }

    private func places(of pattern: String, in searched: [Substring]) -> [String] {
        // Most patterns are nowhere: one search of the whole text is quicker than one of each line.
        guard pattern.contains("^") || text.range(of: pattern, options: .regularExpression) != nil else { return [] }
        return zip(searched.indices, zip(searched, lines)).compactMap { index, line in
            guard line.0.range(of: pattern, options: .regularExpression) != nil else { return nil }
            return "\(path):\(index + 1): \(line.1.trimmingCharacters(in: .whitespaces))"
        }
    }
}

/// The files of this repository.
enum SourceTree {
    /// The folder of `Package.swift`.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let sources = files(under: "Sources", ending: ".swift")
    static let tests = files(under: "Tests", ending: ".swift")
    static let core = sources.filter { $0.path.hasPrefix("Sources/Connect/") }

    /// The files under a folder, by path; none where the folder does not exist.
    static func files(under folder: String, ending: String) -> [SourceFile] {
        let start = root.appendingPathComponent(folder).resolvingSymlinksInPath()
        let paths = FileManager.default.enumerator(atPath: start.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(ending) }.sorted().compactMap { path in
            guard let text = try? String(contentsOf: start.appendingPathComponent(path), encoding: .utf8)
            else { return nil }
            return SourceFile(
                path: folder + "/" + path, text: text, code: ending == ".swift" ? SwiftCode.blanked(text) : text)
        }
    }
}
