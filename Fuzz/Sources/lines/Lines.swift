import Connect
import ConnectText
import FuzzSupport

/// Wherever a stream is cut into chunks, its lines are the same; a line that is too long is refused, and nothing else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLines(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let seed = input.byte()
    let flags = input.byte()
    let limit = flags & 2 == 0 ? 64 << 20 : 1 + input.number(below: 40)
    let strips = flags & 1 == 1
    let content = input.remaining()

    let expected = lines(of: content, strips: strips)
    let found = CollectSink<Bytes>()
    let succeeded = succeeds(
        Pipeline("lines")
            .root(ListSource(chunks(of: content, seed: seed)))
            .apply(Lines(lineEnding: strips ? .any : .lf, maxLineBytes: limit))
            .to(found))
    let output = found.elements.map { Array($0) }
    if let tooLong = expected.firstIndex(where: { $0.count > limit }) {
        // Whether a CR that is taken off counts is not promised.
        if succeeded { require(strips, "a line of \(expected[tooLong].count) bytes has passed a limit of \(limit)") }
        require(expected.starts(with: output), "the lines before one that is too long differ")
    } else if succeeded {
        require(output == expected, "the lines differ: \(output.count), expected \(expected.count)")
    } else {
        require(strips && limit < 64 << 20, "good lines are refused")
    }
    return 0
}

/// The lines as one would cut them by hand.
private func lines(of content: [UInt8], strips: Bool) -> [[UInt8]] {
    var lines = content.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    let rest = lines.removeLast()
    if strips { lines = lines.map { $0.last == 0x0D ? $0.dropLast() : $0 } }
    return rest.isEmpty ? lines : lines + [rest]
}
