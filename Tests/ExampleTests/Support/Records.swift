import ConnectTesting
import ProcessSupport
import Foundation

/// Numbered records: lines that begin with nine digits, from 000000000 on, each with a payload of its own length.
enum Records {
    /// Lines 10 to 160 bytes long, 85 on average.
    static func data(count: Int, seed: UInt64 = 1) -> Data {
        var random = SplitMix(seed: seed)
        let payloads = (0..<997).map { _ in
            let length = Int.random(in: 0..<150, using: &random)
            return Data([0x20]) + Data((0..<length).map { _ in UInt8.random(in: 0x21...0x7E, using: &random) }) + [0x0A]
        }
        var data = Data(capacity: count * 90)
        for number in 0..<count {
            var digits: (UInt64, UInt64) = (0, 0)
            withUnsafeMutableBytes(of: &digits) { memory in
                var rest = number
                for index in stride(from: 8, through: 0, by: -1) {
                    memory[index] = UInt8(0x30 + rest % 10)
                    rest /= 10
                }
                data.append(contentsOf: UnsafeRawBufferPointer(rebasing: memory[..<9]))
            }
            data.append(payloads[number % 997])
        }
        return data
    }
}

/// What a checker that knows nothing of the program has found in its output.
struct RecordReport: CustomStringConvertible {
    var records = 0
    var lost = 0
    var duplicated = 0
    /// How often the numbers jump forward: something was left out there, or came later.
    var gaps = 0
    /// How often the numbers go back: once for each repetition.
    var rewinds = 0
    /// Lines that are no record but the beginning of one: what a kill in the middle of a write leaves.
    var fragments = 0
    /// Lines that are neither.
    var altered = 0

    var description: String {
        "\(records) records: \(lost) lost, \(duplicated) duplicated, \(gaps) gaps, \(rewinds) rewinds, "
            + "\(fragments) fragments, \(altered) altered"
    }

    /// Compares an output with the records that went in.
    static func compare(_ output: Data, with input: Data) -> RecordReport {
        let originals = lines(of: input)
        var report = RecordReport()
        var seen = [Bool](repeating: false, count: originals.count)
        var last = -1
        input.withUnsafeBytes { input in
            output.withUnsafeBytes { output in
                for range in lines(of: output) {
                    let line = UnsafeRawBufferPointer(rebasing: output[range])
                    guard let number = number(of: line), number < originals.count else {
                        // Too short to have its number.
                        if line.count < 9 { report.fragments += 1 } else { report.altered += 1 }
                        continue
                    }
                    let original = UnsafeRawBufferPointer(rebasing: input[originals[number]])
                    guard line.count == original.count, isBeginning(line, of: original) else {
                        if isBeginning(line, of: original) { report.fragments += 1 } else { report.altered += 1 }
                        continue
                    }
                    report.records += 1
                    if seen[number] { report.duplicated += 1 }
                    seen[number] = true
                    if number > last + 1 { report.gaps += 1 }
                    if number <= last { report.rewinds += 1 }
                    last = number
                }
            }
        }
        report.lost = seen.count { !$0 }
        return report
    }

    /// Where the lines are, without their newlines.
    static func lines(of data: Data) -> [Range<Int>] {
        data.withUnsafeBytes { lines(of: $0) }
    }

    private static func lines(of bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard let base = bytes.baseAddress else { return [] }
        var lines: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let newline = memchr(base + start, 0x0A, bytes.count - start)
            let end = newline.map { UnsafeRawPointer($0) - base } ?? bytes.count
            lines.append(start..<end)
            start = end + 1
        }
        return lines
    }

    private static func number(of line: UnsafeRawBufferPointer) -> Int? {
        if line.count < 9 { return nil }
        var number = 0
        for index in 0..<9 {
            let digit = Int(line[index]) - 0x30
            if digit < 0 || digit > 9 { return nil }
            number = number * 10 + digit
        }
        return number
    }

    private static func isBeginning(_ line: UnsafeRawBufferPointer, of whole: UnsafeRawBufferPointer) -> Bool {
        guard line.count <= whole.count, let left = line.baseAddress, let right = whole.baseAddress else {
            return false
        }
        return memcmp(left, right, line.count) == 0
    }
}
