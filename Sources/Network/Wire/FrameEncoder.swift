import Connect

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
        let start = bytes.count
        // The bytes are moved into the writer and back, not copied.
        var writer = WireWriter(bytes: [])
        swap(&writer.bytes, &bytes)
        writer.append(UInt32(0))
        writer.append(frame.kind.rawValue)
        var isLast = false
        if case .fragment(let fragment) = frame { isLast = fragment.isLast }
        writer.append(isLast ? FrameDecoder.lastFlag : 0)
        writer.append(UInt16(0))
        writer.append(UInt32(0))
        writer.appendBody(of: frame)
        swap(&writer.bytes, &bytes)
        let length = UInt32(bytes.count - start)
        bytes.withUnsafeMutableBytes { all in
            let whole = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            whole.storeBytes(of: length.bigEndian, toByteOffset: 0, as: UInt32.self)
            var checksum = CastagnoliChecksum()
            checksum.update(UnsafeRawBufferPointer(rebasing: whole[..<8]))
            checksum.update(UnsafeRawBufferPointer(rebasing: whole[WireLimits.headerLength...]))
            whole.storeBytes(of: checksum.value.bigEndian, toByteOffset: 8, as: UInt32.self)
        }
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
            bytes.append(contentsOf: hello.nonce)
        case .announcement(let announcement):
            append(announcement.facts)
            append(UInt16(announcement.proof.count))
            bytes.append(contentsOf: announcement.proof)
        case .ready(let ready):
            append(ready.epoch)
        case .refusal(let refusal):
            append(refusal.reason.rawValue)
            append(refusal.sentence)
        case .openFlow(let open):
            append(open.flow)
            append(open.generation)
            append(open.first)
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
        case .heartbeat(let heartbeat):
            append(heartbeat.count)
        case .goodbye(let goodbye):
            append(goodbye.reason.rawValue)
            append(goodbye.sentence)
        }
    }

    private mutating func append(_ fragment: Fragment) {
        append(fragment.flow)
        append(fragment.number)
        append(fragment.attempt)
        append(fragment.first)
        append(UInt32(fragment.elements.count))
        bytes.reserveCapacity(bytes.count + fragment.elements.reduce(0) { $0 + 4 + $1.count })
        for element in fragment.elements {
            append(UInt32(element.count))
            element.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    mutating func append(_ facts: MemberFacts) {
        append(UInt32(clamping: facts.place))
        append(facts.epoch)
        append(facts.instance)
        append(facts.planHash)
        append(facts.address)
        append(UInt16(clamping: facts.list.count))
        for address in facts.list { append(address) }
    }
}
