import Connect

/// The frame of the small text files in which Connect keeps positions: a first line that names format and version,
/// lines of words, and a last line with the checksum of everything before it.
///
///     connect checkpoint 1
///     …
///     checksum crc32 9ae0daaf
struct ChecksummedText {
    /// What the first line begins with.
    let format: String
    /// The version that is written, and the newest that is read.
    let version: Int

    /// One line behind the first: its words, still encoded, and its number for messages.
    struct Line {
        let number: Int
        let words: [ArraySlice<UInt8>]
    }

    /// Puts lines into the frame. Their words have no spaces or newlines.
    func encode(_ lines: [String]) -> Bytes {
        var text = "\(format) \(version)\n"
        for line in lines { text += line + "\n" }
        return Bytes(text + checksumLine(of: text.utf8))
    }

    /// The lines between the first and the checksum.
    ///
    /// - Throws: where the text is cut off, altered, of another format or of a newer version
    func decode(_ bytes: Bytes) throws(ConnectorError) -> [Line] {
        try checkFirstLine(bytes)
        guard bytes.last == UInt8(ascii: "\n") else {
            throw damaged("it ends in the middle of a line")
        }
        let lines = Array(bytes).dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let last = lines.last, lines.count >= 2, last.starts(with: "checksum ".utf8) else {
            throw damaged("its last line is not a checksum, so its end is missing")
        }
        let content = bytes[0..<(bytes.count - last.count - 1)]
        guard bytes.dropFirst(content.count).elementsEqual(checksumLine(of: content).utf8) else {
            throw damaged("its content does not agree with its checksum")
        }
        return lines.enumerated().dropFirst().dropLast().map { index, line in
            Line(number: index + 1, words: line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false))
        }
    }

    /// A text that is not what was written.
    func damaged(_ reason: String) -> ConnectorError {
        ConnectorError(.damagedCheckpoint, "this is not a whole `\(format)` text: \(reason)")
    }

    private func checkFirstLine(_ bytes: Bytes) throws(ConnectorError) {
        if bytes.isEmpty { throw damaged("it is empty") }
        let first = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard first.count < bytes.count, first.starts(with: "\(format) ".utf8),
            let found = number(in: first.dropFirst(format.utf8.count + 1)), found >= 1
        else {
            throw damaged("it does not begin with the line `\(format) \(version)`")
        }
        guard found <= version else {
            throw ConnectorError(
                .newerCheckpoint,
                "the text is of format version \(found), this version of Connect reads up to \(version); "
                    + "go on with the newer version of Connect that wrote it")
        }
    }

    private func number(in digits: some Collection<UInt8>) -> Int? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), digits.count <= 9 else {
            return nil
        }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private func checksumLine(of bytes: some Sequence<UInt8>) -> String {
        let digits = String(CyclicRedundancyCheck.checksum(of: bytes), radix: 16)
        return "checksum crc32 " + String(repeating: "0", count: 8 - digits.count) + digits + "\n"
    }
}

extension ChecksummedText.Line {
    /// The first word, which says what the line is about.
    var keyword: String? { words.first.flatMap { String(validating: $0, as: UTF8.self) } }

    /// A word as the text it stands for; nil where there is no such word or it is malformed.
    func text(at index: Int) -> String? {
        index < words.count ? PercentEncoding.text(ofWord: words[index]) : nil
    }

    /// A word as a number; nil where it is none.
    func integer(at index: Int) -> Int64? {
        index < words.count ? Int64(String(decoding: words[index], as: UTF8.self)) : nil
    }
}

extension Position {
    /// The words of a position in a line: partition, offset, whether it is complete, detail.
    var words: String {
        let partition = PercentEncoding.word(partition)
        return "\(partition) \(offset) \(isComplete ? "complete" : "-") \(PercentEncoding.word(detail))"
    }

    /// A position from the last four words of a line; nil where they are not of the form.
    init?(_ line: ChecksummedText.Line, from first: Int) {
        guard line.words.count == first + 4, let partition = line.text(at: first),
            let offset = line.integer(at: first + 1), let end = line.text(at: first + 2),
            ["", "complete"].contains(end),
            let detail = line.text(at: first + 3)
        else { return nil }
        self.init(partition: partition, offset: offset, isComplete: end == "complete", detail: detail)
    }
}
