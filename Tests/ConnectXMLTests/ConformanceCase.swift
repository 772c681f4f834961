import Connect
import Testing

/// A document that is well-formed or not.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    /// What it is called.
    let name: String
    let document: Bytes

    var testDescription: String { name }

    /// The cases of a table: a name, white space and the document on each line. `«E5»` stands for the byte e5, also for
    /// white space at either end; `«100000×[»` for 100,000 times a text.
    static func table(_ text: String) -> [ConformanceCase] {
        text.split(separator: "\n").map { line in
            let name = line.prefix { $0 != " " }
            let rest = line.dropFirst(name.count).drop { $0 == " " }
            return ConformanceCase(name: String(name), document: Bytes(bytes(of: rest)))
        }
    }

    private static func bytes(of text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let first = rest.popFirst() {
            guard first == "«" else {
                bytes += Array(String(first).utf8)
                continue
            }
            let inside = rest.prefix { $0 != "»" }
            rest = rest.dropFirst(inside.count + 1)
            if let cross = inside.firstIndex(of: "×"), let count = Int(inside[..<cross]) {
                let repeated = Array(inside[inside.index(after: cross)...].utf8)
                for _ in 0..<count { bytes += repeated }
            } else {
                bytes += inside.split(separator: " ").compactMap { UInt8($0, radix: 16) }
            }
        }
        return bytes
    }
}
