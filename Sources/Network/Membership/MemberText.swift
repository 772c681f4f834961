/// The text of a file of members: one address on a line, `#` before comments, and before the first address, where the
/// file is to say it, `epoch` and a number.
///
/// ```
/// epoch 7
/// 10.0.0.1:19001
/// 10.0.0.2:19001   # the one with the large disk
/// ```
struct MemberText: Equatable {
    /// How many bytes a file may have.
    static let maximumLength = 1 << 20

    /// The number of the list's epoch; nil where the text does not say it.
    var epoch: UInt64?
    /// The members in their order, checked.
    var members: [PeerAddress]

    /// Members to be written.
    init(epoch: UInt64, members: [PeerAddress]) {
        self.epoch = epoch
        self.members = members
    }

    /// Reads a text.
    ///
    /// - Parameter text: the whole of a file
    /// - Throws: ``PeersError``, which names the line
    init(_ text: String) throws(PeersError) {
        // Half an address may be an address as well, such as that of another port.
        guard text.isEmpty || text.utf8.last == UInt8(ascii: "\n") else {
            throw PeersError(
                .malformedAddress,
                "the last line has no end: the file may have been read while it was written; end it "
                    + "with a newline, and replace the file by renaming another")
        }
        var epoch: UInt64?
        var members: [PeerAddress] = []
        var lineNumbers: [Int] = []
        // Both are one character each.
        let isLineEnd = { (character: Character) in character == "\n" || character == "\r\n" }
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: isLineEnd).enumerated() {
            let content = line.prefix { $0 != "#" }.trimmed
            if content.isEmpty { continue }
            do throws(PeersError) {
                if let number = try MemberText.epoch(content) {
                    guard members.isEmpty, epoch == nil else {
                        throw PeersError(.malformedAddress, "the epoch stands once, before the first address")
                    }
                    epoch = number
                } else {
                    members.append(try PeerAddress(content))
                    lineNumbers.append(index + 1)
                }
            } catch {
                throw error.at("line \(index + 1)")
            }
        }
        try Peers.check(members) { "line \(lineNumbers[$0])" }
        self.epoch = epoch
        self.members = members
    }

    /// The text; reading it gives the same.
    var text: String {
        let lines = (epoch.map { ["epoch \($0)"] } ?? []) + members.map(\.description)
        return lines.joined(separator: "\n") + "\n"
    }

    /// - Returns: the number of a line that says the epoch; nil where it is another line
    private static func epoch(_ line: String) throws(PeersError) -> UInt64? {
        let words = line.split { $0 == " " || $0 == "\t" }
        guard words.first == "epoch" else { return nil }
        guard words.count == 2, words[1].utf8.allSatisfy(\.isDigit), let number = UInt64(words[1]), number > 0 else {
            throw PeersError(
                .malformedAddress, "\"\(line)\" is no epoch: write epoch and a number from 1, as in epoch 7")
        }
        return number
    }
}
