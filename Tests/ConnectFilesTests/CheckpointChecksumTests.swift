import Connect
import Testing

@testable import ConnectFiles

@Suite("Checksum and words of stored text")
struct CheckpointChecksumTests {
    // The check value of CRC-32/ISO-HDLC.
    @Test func `the checksum is CRC-32 as gzip has it`() {
        #expect(CyclicRedundancyCheck.checksum(of: "123456789".utf8) == 0xCBF4_3926)
        #expect(CyclicRedundancyCheck.checksum(of: []) == 0)
    }

    @Test(arguments: ["%", "%2", "%2g", "%2f", "%FF", ""])
    func `a malformed word is no text`(word: String) {
        #expect(PercentEncoding.text(ofWord: Array(word.utf8)[...]) == nil)
    }

    @Test func `a file name has no slash`() {
        #expect(PercentEncoding.fileName("../a:b") == "..%2Fa%3Ab")
    }

    @Test func `well-framed lines of another form are refused`() {
        for line in [
            "position a b 1", "position a b x - -", "position a b 1 maybe -", "state a", "what", "", "state a b c",
        ] {
            let text = CheckpointText.frame.encode(["pipeline p", line])
            #expect(connectorError { _ = try CheckpointText.decode(text) }?.code == .damagedCheckpoint)
        }
        #expect(connectorError { _ = try CheckpointText.decode(CheckpointText.frame.encode([])) } != nil)
    }
}
