import Connect
import Logging

/// What libFuzzer hands over: the first bytes decide how the rest is used.
public struct FuzzInput {
    private var rest: UnsafeBufferPointer<UInt8>

    /// The input of one run.
    public init(_ data: UnsafePointer<UInt8>?, _ size: Int) {
        rest = UnsafeBufferPointer(start: data, count: size)
    }

    /// The next byte; 0 where there is none.
    public mutating func byte() -> UInt8 {
        guard let first = rest.first else { return 0 }
        rest = UnsafeBufferPointer(rebasing: rest.dropFirst())
        return first
    }

    /// A number below a bound.
    public mutating func number(below bound: Int) -> Int {
        (Int(byte()) << 8 | Int(byte())) % max(1, bound)
    }

    /// Some of the bytes.
    public mutating func bytes(atMost count: Int) -> [UInt8] {
        let taken = Array(rest.prefix(count))
        rest = UnsafeBufferPointer(rebasing: rest.dropFirst(count))
        return taken
    }

    /// All the bytes that are left.
    public mutating func remaining() -> [UInt8] {
        bytes(atMost: rest.count)
    }

    /// Whether nothing is left.
    public var isEmpty: Bool { rest.isEmpty }
}

/// Bytes as chunks of one stream, cut at random places; some chunks are empty.
///
/// - Parameters:
///   - content: the bytes
///   - seed: says where
/// - Returns: the chunks; the last one is empty
public func chunks(of content: [UInt8], seed: UInt8) -> [StreamChunk] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    var chunks: [StreamChunk] = []
    var start = 0
    while start < content.count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let most = [1, 3, 40, 5000][Int(seed) % 4]
        let end = min(content.count, start + Int(state % UInt64(most + 1)))
        chunks.append(chunk(content[start..<end], at: start))
        start = end
    }
    return chunks + [chunk([], at: start, isLast: true)]
}

private func chunk(_ bytes: ArraySlice<UInt8>, at offset: Int, isLast: Bool = false) -> StreamChunk {
    StreamChunk(stream: PartitionID(index: 0), offset: Int64(offset), bytes: Bytes(bytes), isLast: isLast)
}

/// Runs a pipeline on this thread.
///
/// - Returns: whether it succeeded
public func succeeds(_ pipeline: Pipeline) -> Bool {
    var options = RunOptions()
    options.logger.logLevel = .critical
    do {
        _ = try PipelineRun(pipeline, options).wait()
        return true
    } catch {
        require(!"\(error)".isEmpty, "an error says nothing")
        return false
    }
}

/// Stops the fuzzer with a finding where a condition does not hold.
public func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
