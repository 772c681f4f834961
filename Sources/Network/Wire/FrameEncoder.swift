import Connect
import NIOCore

/// Writes frames as the bytes that stand for them.
@_spi(Fuzzing)
public enum FrameEncoder {
    /// Appends a frame.
    ///
    /// The frame must fit the other side's bounds: see ``fragmentLength(of:)``.
    ///
    /// - Parameters:
    ///   - frame: any frame
    ///   - bytes: what it is appended to
    public static func append(_ frame: Frame, to bytes: inout [UInt8]) {
        var buffer = ByteBuffer()
        append(frame, to: &buffer)
        bytes += buffer.readableBytesView
    }

    private static func flags(of frame: Frame) -> UInt8 {
        guard case .fragment(let fragment) = frame else { return 0 }
        return (fragment.isLast ? FrameDecoder.lastFlag : 0) | (fragment.isFailed ? FrameDecoder.failedFlag : 0)
    }

    /// Appends a frame, behind what the buffer holds already.
    static func append(_ frame: Frame, to buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        // The buffer is moved into the writer and back, not copied.
        var writer = WireWriter(buffer: ByteBuffer())
        swap(&writer.buffer, &buffer)
        writer.append(UInt32(0))
        writer.append(frame.kind.rawValue)
        writer.append(flags(of: frame))
        writer.append(UInt16(0))
        writer.append(UInt32(0))
        writer.appendBody(of: frame)
        swap(&writer.buffer, &buffer)
        buffer.setInteger(UInt32(buffer.writerIndex - start), at: start)
        let skipped = start - buffer.readerIndex
        let checksum = buffer.withUnsafeReadableBytes { all in
            let whole = UnsafeRawBufferPointer(rebasing: all[skipped...])
            var checksum = CastagnoliChecksum()
            checksum.update(UnsafeRawBufferPointer(rebasing: whole[..<8]))
            checksum.update(UnsafeRawBufferPointer(rebasing: whole[WireLimits.headerLength...]))
            return checksum.value
        }
        buffer.setInteger(checksum, at: start + 8)
    }

    /// How much room a frame takes at most, in bytes; little more than it needs, except for a long list of members.
    static func room(for frame: Frame) -> Int {
        if case .fragment(let fragment) = frame { fragmentLength(of: fragment.elements) } else { 128 }
    }

    /// The bytes that the fields of a fragment take, with the header and without the elements.
    static let fragmentOverhead = WireLimits.headerLength + 26

    /// How long a fragment becomes, in bytes, header included.
    static func fragmentLength(of elements: some Sequence<Bytes>) -> Int {
        elements.reduce(fragmentOverhead) { $0 + 4 + $1.count }
    }
}

extension WireWriter {
    fileprivate mutating func appendBody(of frame: Frame) {
        switch frame {
        case .hello(let hello):
            append(Hello.magic)
            append(hello.version)
            append(hello.authentication.rawValue)
        case .announcement(let announcement):
            append(announcement.facts)
        case .ready(let ready):
            append(ready.epoch)
        case .refusal(let refusal):
            append(refusal.reason.rawValue)
            append(refusal.sentence)
            append(refusal.epoch)
        case .listRequest(let request):
            append(request.kind.rawValue)
            append(request.list)
        case .listAnswer(let answer):
            append(answer.status.rawValue)
            append(answer.epoch)
            append(answer.place)
            append(answer.sentence)
            append(UInt16(clamping: answer.members.count))
            for member in answer.members {
                append(member.address)
                append(member.isUp ? UInt8(1) : 0)
            }
        case .openFlow(let open):
            append(open.flow)
            append(open.generation)
            append(open.start)
        case .fragment(let fragment):
            append(fragment)
        case .acknowledgement(let acknowledgement):
            append(acknowledgement.flow)
            append(acknowledgement.first)
            append(acknowledgement.last)
            append(acknowledgement.attempt)
            append(acknowledgement.verdict.code)
            append(acknowledgement.verdict.ceiling)
        case .credit(let credit):
            append(credit.flow)
            append(credit.generation)
            append(credit.bytes)
            append(credit.next)
        case .endOfStream(let end):
            append(end.flow)
            append(end.generation)
            append(end.next)
        case .stop(let stop):
            append(stop.flow)
            append(stop.generation)
            append(stop.reason.rawValue)
            append(stop.number)
            append(stop.sentence)
        case .closeFlow(let close):
            append(close.flow)
        case .heartbeat(let heartbeat):
            append(heartbeat.count)
        case .goodbye(let goodbye):
            append(goodbye.reason.rawValue)
            append(goodbye.sentence)
        case .listChange(let change):
            append(change.epoch)
            append(change.place)
            append(change.way.rawValue)
            append(change.list)
        case .drained(let drained):
            append(drained.epoch)
            append(drained.place)
            append(drained.way.rawValue)
            append(UInt16(clamping: drained.adopters.count))
            for place in drained.adopters { append(place) }
            append(UInt16(clamping: drained.places.count))
            for place in drained.places { append(place) }
        case .failing(let failing):
            append(failing.sentence)
        }
    }

    private mutating func append(_ fragment: Fragment) {
        append(fragment.flow)
        append(fragment.number)
        append(fragment.attempt)
        append(fragment.first)
        append(UInt32(fragment.elements.count))
        append(fragment.elements, length: fragment.elements.reduce(0) { $0 + 4 + $1.count })
    }

    mutating func append(_ facts: MemberFacts) {
        append(UInt32(clamping: facts.place))
        append(facts.epoch)
        append(facts.instance)
        append(facts.planHash)
        append(facts.address)
        append(facts.list)
    }

    private mutating func append(_ list: [String]) {
        append(UInt16(clamping: list.count))
        for address in list { append(address) }
    }
}
