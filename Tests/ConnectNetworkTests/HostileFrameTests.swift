import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Hostile bytes on the peer port")
struct HostileFrameTests {
    /// Bytes, whether the other side has been accepted before they come, and what they are.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var isAccepted = true
        let bytes: [UInt8]
        let code: ProtocolError.Code

        var testDescription: String { name }
    }

    private static let flow = FlowAddress(exchange: 0, origin: 1)

    /// A frame with a right checksum, whatever its content.
    private static func frame(_ type: UInt8, flags: UInt8 = 0, reserved: [UInt8] = [0, 0], _ body: [UInt8]) -> [UInt8] {
        let head = be(UInt32(12 + body.count)) + [type, flags] + reserved
        var checksum = CastagnoliChecksum()
        checksum.update(Bytes(head + body))
        return head + be(checksum.value) + body
    }

    private static func be(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static let heartbeat = FrameSamples.encoded(.heartbeat(Heartbeat(count: 7)))
    private static let fragmentHead =
        [0, 0, 0, 0, 0, 1] + be(UInt64(5)) + be(UInt32(0)) + be(UInt32(0)) as [UInt8]

    static let cases: [Case] = [
        Case(name: "a length of 2^32 - 1", bytes: [255, 255, 255, 255, 32, 0, 0, 0], code: .frameLength),
        Case(name: "a length of 0", bytes: [0, 0, 0, 0], code: .frameLength),
        Case(name: "a length below the shortest frame", bytes: [0, 0, 0, 13], code: .frameLength),
        Case(name: "a length one above the longest", bytes: [0, 16, 0, 65], code: .frameLength),
        Case(
            name: "an HTTP request", isAccepted: false, bytes: Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
            code: .notAPeer),
        Case(
            name: "the begin of TLS", isAccepted: false, bytes: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3],
            code: .notAPeer),
        Case(name: "SSH", isAccepted: false, bytes: Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), code: .notAPeer),
        Case(
            name: "a hello with other magic", isAccepted: false, bytes: frame(1, [UInt8](repeating: 65, count: 11)),
            code: .notAPeer),
        Case(
            name: "a long frame before the handshake", isAccepted: false, bytes: [0, 2, 0, 0, 1, 0, 0, 0],
            code: .notAPeer),
        Case(
            name: "a fragment before the handshake", isAccepted: false,
            bytes: frame(17, [UInt8](repeating: 0, count: 26)),
            code: .unexpected),
        Case(name: "a wrong checksum", bytes: heartbeat.dropLast() + [8], code: .checksum),
        Case(name: "an altered length", bytes: [0, 0, 0, 19] + heartbeat[4...], code: .checksum),
        Case(name: "an unknown type", bytes: frame(77, [0, 0, 0, 0]), code: .unknownType),
        Case(name: "an unknown flag", bytes: frame(32, flags: 2, be(UInt64(0))), code: .malformed),
        Case(
            name: "a fragment that is whole and has failed", bytes: frame(17, flags: 3, Array(repeating: 0, count: 26)),
            code: .malformed),
        Case(name: "a flag that is another frame's", bytes: frame(32, flags: 1, be(UInt64(0))), code: .malformed),
        Case(
            name: "something in the reserved field", bytes: frame(32, reserved: [0, 1], be(UInt64(0))), code: .malformed
        ),
        Case(name: "a content that ends too early", bytes: frame(32, [0, 0, 0, 0]), code: .truncated),
        Case(name: "a content that goes on", bytes: frame(32, be(UInt64(0)) + [0]), code: .truncated),
        Case(name: "four thousand million elements", bytes: frame(17, fragmentHead + be(UInt32.max)), code: .malformed),
        Case(name: "an element more than there is", bytes: frame(17, fragmentHead + be(UInt32(1))), code: .malformed),
        Case(
            name: "an element that goes beyond the frame",
            bytes: frame(17, fragmentHead + be(UInt32(1)) + be(UInt32(5)) + [1, 2, 3, 4]), code: .truncated),
        Case(
            name: "a list of too many members", isAccepted: false,
            bytes: frame(2, be(UInt32(0)) + be(UInt64(0)) + be(UInt64(0)) + [0, 0, 0, 0] + be(UInt16.max)),
            code: .malformed),
        Case(name: "a text of 60,000 bytes", bytes: frame(4, [0, 1] + be(UInt16(60_000)) + [65]), code: .malformed),
        Case(name: "a text that is not UTF-8", bytes: frame(4, [0, 1, 0, 2, 0xC3, 0x28]), code: .malformed),
        Case(name: "a line break in a sentence", bytes: frame(4, [0, 1, 0, 2, 0x41, 0x0A]), code: .malformed),
        Case(name: "a reason that does not exist", bytes: frame(4, [9, 9, 0, 0]), code: .malformed),
        Case(name: "a range that ends before it begins", bytes: acknowledgement(2, 1, status: 1), code: .malformed),
        Case(name: "a status that does not exist", bytes: acknowledgement(1, 1, status: 9), code: .malformed),
    ]

    private static func acknowledgement(_ first: UInt64, _ last: UInt64, status: UInt8) -> [UInt8] {
        frame(18, [0, 0, 0, 0, 0, 1] + be(first) + be(last) + be(UInt32(0)) + [status] + be(UInt32(0)))
    }

    @Test("What is no frame is refused by name, in one piece or byte by byte, and for ever", arguments: cases)
    func areRefused(_ hostile: Case) {
        for length in [1, hostile.bytes.count] {
            var decoder = FrameDecoder()
            if hostile.isAccepted { decoder.accept() }
            var frames: [Frame] = []
            var fault: ProtocolError?
            for start in stride(from: 0, to: hostile.bytes.count, by: length) where fault == nil {
                let piece = Bytes(hostile.bytes[start..<min(hostile.bytes.count, start + length)])
                do throws(ProtocolError) { try decoder.decode(piece, into: &frames) } catch { fault = error }
            }
            #expect(fault?.code == hostile.code)
            #expect(fault?.message.isEmpty == false)
            #expect(frames.isEmpty)
            do throws(ProtocolError) {
                try decoder.decode(Bytes(Self.heartbeat), into: &frames)
                Issue.record("the decoder goes on after a fault")
            } catch {
                #expect(error == fault)
            }
        }
    }

    @Test("Every frame that is cut is waited for, and every altered byte is found", arguments: Frame.Kind.allCases)
    func cutAndAltered(_ kind: Frame.Kind) throws {
        var numbers = SplitMix(seed: UInt64(kind.rawValue))
        let bytes = FrameSamples.encoded(FrameSamples.frame(kind, &numbers))
        for index in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            var decoder = FrameDecoder()
            decoder.accept()
            var frames: [Frame] = []
            try decoder.decode(Bytes(bytes[..<index]), into: &frames)
            #expect(frames.isEmpty)
            var altered = bytes
            altered[index] ^= 0x10
            var other = FrameDecoder()
            other.accept()
            // An altered length may announce bytes that never come; nothing wrong is taken in either case.
            do throws(ProtocolError) { try other.decode(Bytes(altered), into: &frames) } catch {}
            #expect(frames.isEmpty)
        }
    }

    @Test("Frames before a fault are not lost")
    func framesBeforeAFault() {
        var decoder = FrameDecoder()
        decoder.accept()
        var frames: [Frame] = []
        do throws(ProtocolError) {
            try decoder.decode(Bytes(Self.heartbeat + [255, 255, 255, 255]), into: &frames)
            Issue.record("the fault was not found")
        } catch {
            #expect(error.code == .frameLength)
        }
        #expect(frames == [.heartbeat(Heartbeat(count: 7))])
    }

    @Test("Random bytes are refused before the handshake", arguments: seeds(50))
    func randomBytes(_ seed: UInt64) {
        var numbers = SplitMix(seed: seed)
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        var isRefused = false
        for _ in 0..<100 where !isRefused {
            do throws(ProtocolError) {
                try decoder.decode(FrameSamples.bytes(1000, &numbers), into: &frames)
            } catch {
                isRefused = true
            }
        }
        #expect(isRefused && frames.isEmpty, "seed \(seed)")
    }
}
