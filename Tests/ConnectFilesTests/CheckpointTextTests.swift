import Connect
import ConnectFiles
import Testing

@Suite("Text of checkpoints")
struct CheckpointTextTests {
    static let sample = Checkpoint(
        pipeline: "orders of today",
        positions: [
            "FileSource:/var/log": [
                Position(partition: "/var/log/a b.log", offset: 4711, detail: "inode=42"),
                Position(partition: "/var/log/ü\n.log", offset: 90, isComplete: true),
            ],
            "list": [Position(partition: "", offset: -1, detail: "-")],
        ],
        states: ["count": "17", "sum per key": #"{"a": 1}"#, "none": ""])

    static let text = """
        connect checkpoint 1
        pipeline orders%20of%20today
        position FileSource:/var/log /var/log/%C3%BC%0A.log 90 complete -
        position FileSource:/var/log /var/log/a%20b.log 4711 - inode%3D42
        position list - -1 - %2D
        state count 17
        state none -
        state sum%20per%20key %7B%22a%22:%201%7D
        checksum crc32
        """

    // S-ACK-8
    @Test func `a checkpoint is sorted, versioned text with a checksum`() {
        let text = CheckpointText.encode(Self.sample).description
        #expect(text.hasPrefix(Self.text + " "))
        #expect(text.hasSuffix("\n"))
    }

    @Test func `what was encoded is decoded`() throws {
        let decoded = try CheckpointText.decode(CheckpointText.encode(Self.sample))
        #expect(decoded == Self.sample)
        let empty = Checkpoint(pipeline: "")
        #expect(try CheckpointText.decode(CheckpointText.encode(empty)) == empty)
    }

    // case 77
    @Test(arguments: ["", "-", "%", "%20", " ", "\n", "\0", "é", "𝕏", "a/b:c", "\u{FEFF}", "--", "\\", "\u{202E}"])
    func `any text survives as name and state`(name: String) throws {
        let checkpoint = Checkpoint(
            pipeline: name,
            positions: [name: [Position(partition: name, offset: .max, isComplete: true, detail: name)]],
            states: [name: name])
        #expect(try CheckpointText.decode(CheckpointText.encode(checkpoint)) == checkpoint)
    }

    // S-ACK-8
    @Test func `every truncation is refused`() {
        let text = CheckpointText.encode(Self.sample)
        for count in 0..<text.count {
            let error = connectorError { _ = try CheckpointText.decode(text[0..<count]) }
            #expect(error?.code == .damagedCheckpoint)
        }
    }

    // S-ACK-8
    @Test func `every change of a single byte is refused`() {
        let text = Array(CheckpointText.encode(Self.sample))
        for index in text.indices {
            for bit in 0..<8 {
                var altered = text
                altered[index] ^= 1 << bit
                let error = connectorError { _ = try CheckpointText.decode(Bytes(altered)) }
                #expect([.damagedCheckpoint, .newerCheckpoint].contains(error?.code))
            }
        }
    }

    @Test func `bytes behind the checksum are refused`() {
        let text = Array(CheckpointText.encode(Self.sample))
        for tail in ["\n", "x", "state a b\n", "\0"] {
            let error = connectorError { _ = try CheckpointText.decode(Bytes(text + Array(tail.utf8))) }
            #expect(error?.code == .damagedCheckpoint)
        }
    }

    @Test func `a newer version is told apart from damage`() {
        for first in ["connect checkpoint 2", "connect checkpoint 999999999"] {
            let error = connectorError { _ = try CheckpointText.decode(Bytes("\(first)\nwhatever\n")) }
            #expect(error?.code == .newerCheckpoint)
        }
        for first in ["connect checkpoint 0", "connect checkpoint 1000000000", "connect checkpoint ", "elf"] {
            let error = connectorError { _ = try CheckpointText.decode(Bytes("\(first)\nwhatever\n")) }
            #expect(error?.code == .damagedCheckpoint)
        }
    }

    @Test func `no payload stands in an error`() {
        let text = Array(CheckpointText.encode(Checkpoint(pipeline: "secret", states: ["secret": "secret"])))
        for count in 0..<text.count {
            let error = connectorError { _ = try CheckpointText.decode(Bytes(text[..<count])) }
            #expect(error?.description.contains("secret") == false)
        }
    }
}
