import Connect
import ConnectCatalog
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

/// `csv` against a reader that has the whole text before it; `Fuzz/Sources/csv` does the same for longer.
@Suite("CSV of random text")
struct CSVPropertyTests {
    @Test("Random text, cut anyhow, gives the records that one reads by hand, up to the first mistake")
    func randomText() throws {
        for seed in seeds(150) {
            var random = SplitMix(seed: seed)
            // Few bytes that matter give mistakes at once, many of the others none at all.
            let alphabet = Array(["a,\"\n\r", "ab,\n", "\"\"\"\",,\n\n", "abcdefgh\"\n\rä"][Int(seed % 4)].utf8)
            let content = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let (expected, isWhole) = records(of: content)
            let words = Words(stream(content, by: Int.random(in: 1...20, using: &random)))
            let error = problem { try words.run(["csv:to=csv,header=false"]) }
            #expect(words.sink.elements == expected, "seed \(seed)")
            #expect((error == nil) == isWhole, "seed \(seed): \(error ?? "no error")")
        }
    }

    @Test("Random fields go to CSV and back, and to JSON and back where they are text")
    func randomFields() throws {
        for seed in seeds(150) {
            var random = SplitMix(seed: seed)
            let alphabet: [UInt8] = Array("a,\"\r;\t\\ä".utf8) + (seed % 3 == 0 ? [0xFF, 0x00] : [])
            let fields = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<Int.random(in: 0...5, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            }
            let message = Bytes(fields.map { $0.map { $0 == 0x3B ? 0x3A : $0 } }.joined(separator: [0x3B]))
            #expect(
                try through("csv:from=fields,separator=;", "csv:to=fields,separator=;", over: [message]) == [message])
            let columns = fields.indices.map { "c\($0)" }.joined(separator: "\\,")
            let words = Words(.bytes([message]))
            let stages = [
                "csv:from=fields,separator=;", "csv:columns=\(columns)", "csv:from=json,columns=\(columns)",
                "csv:to=fields,separator=;",
            ]
            let isText = fields.allSatisfy { String(validating: $0, as: UTF8.self) != nil }
            let error = problem { try words.run(stages) }
            #expect((error == nil) == isText, "seed \(seed): \(error ?? "no error")")
            #expect(words.sink.elements == (isText ? [message] : []), "seed \(seed)")
        }
    }
}

/// What a run fails with; nil where it succeeds.
private func problem<Result>(_ body: () throws -> Result) -> String? {
    do {
        _ = try body()
        return nil
    } catch {
        return "\(error)"
    }
}

/// The records before the first mistake, written anew with as few quotes as can be, and whether there is no mistake.
private func records(of content: [UInt8]) -> (records: [Bytes], isWhole: Bool) {
    var rest = content[...]
    var records: [Bytes] = []
    while !rest.isEmpty {
        var fields: [[UInt8]] = []
        var isEmpty = rest.first != 0x22
        while true {
            let isQuoted = rest.first == 0x22
            guard let field = isQuoted ? quoted(&rest) : plain(&rest) else { return (records, false) }
            fields.append(field)
            guard rest.first == 0x2C else { break }
            rest.removeFirst()
        }
        isEmpty = isEmpty && fields == [[]]
        if rest.first == 0x0D, rest.count == 1 || rest.dropFirst().first == 0x0A { rest.removeFirst() }
        if !rest.isEmpty, rest.removeFirst() != 0x0A { return (records, false) }
        if !isEmpty { records.append(text(of: fields)) }
    }
    return (records, true)
}

private func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    var field: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst() {
        if byte == 0x22 {
            if rest.first != 0x22 { return field }
            rest.removeFirst()
        }
        field.append(byte)
    }
    return nil
}

/// Up to what ends it, but for a carriage return that belongs to the end of the line.
private func plain(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    let end = rest.firstIndex { $0 == 0x2C || $0 == 0x0A } ?? rest.endIndex
    var field = rest[..<end]
    let endsLine = end == rest.endIndex || rest[end] == 0x0A
    rest = rest[end...]
    if endsLine, field.last == 0x0D { field.removeLast() }
    return field.contains(0x22) ? nil : Array(field)
}

private func text(of fields: [[UInt8]]) -> Bytes {
    if fields == [[]] { return "\"\"" }
    let special: [UInt8] = [0x2C, 0x22, 0x0A, 0x0D]
    let written = fields.map { field in
        field.contains { special.contains($0) }
            ? [0x22] + field.flatMap { $0 == 0x22 ? [$0, $0] : [$0] } + [0x22] : field
    }
    return Bytes(Array(written.joined(separator: [0x2C])))
}
