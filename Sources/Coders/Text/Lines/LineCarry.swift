import Connect

/// The beginning of a line whose end has not come yet.
///
/// It is copied here, so that it does not hold the whole chunk; each byte once, but for the doublings of the buffer.
final class LineCarry {
    private var builder = BytesBuilder()
    /// Where the line begins in the stream.
    private(set) var start: Int64 = 0
    /// How many bytes of the line are here.
    private(set) var count = 0

    /// Where the stream goes on behind what is here.
    var end: Int64 { start + Int64(count) }

    /// Takes the beginning of a line.
    func begin(_ bytes: Bytes, at start: Int64) {
        self.start = start
        count = 0
        append(bytes)
    }

    /// Takes more of the line.
    func append(_ bytes: Bytes) {
        builder.append(bytes)
        count += bytes.count
    }

    /// Gives the line away.
    func take(strippingCarriageReturn: Bool) -> Bytes {
        let line = builder.take()
        count = 0
        let hasReturn = strippingCarriageReturn && line.count > 0 && line[line.count - 1] == 0x0D
        return hasReturn ? line[0..<(line.count - 1)] : line
    }
}
