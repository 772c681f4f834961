public import Connect

/// Writes elements of bytes to the standard output of the process.
///
/// Each element is a line, or they stand back to back (``OutputFraming``). What `write` has returned for is with the
/// system: nothing is held back. A reader that goes away (`| head -1`) ends the pipeline by an error of the code
/// `broken_pipe`.
public struct StandardOutput: Sink {
    /// What the sink takes.
    public typealias Input = Bytes

    let framing: OutputFraming
    let stream: StandardStream

    /// The standard output.
    ///
    /// - Parameter framing: whether elements are lines or stand back to back
    public init(framing: OutputFraming = .lines) {
        self.init(framing: framing, stream: .output)
    }

    init(framing: OutputFraming = .lines, stream: StandardStream) {
        self.framing = framing
        self.stream = stream
    }

    /// Standard output for the chunks of byte streams: their bytes, unchanged.
    public static var chunks: StandardOutputChunks { StandardOutputChunks(stream: .output) }

    /// What the plan must know of it.
    public var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "StandardOutput", confirmation: .write, isStandardStream: true)
    }

    /// Makes the writer of a run.
    public func makeWriter() -> StandardStreamWriter {
        StandardStreamWriter(framing: framing, stream: stream)
    }
}

/// Writes elements of bytes to the standard error output of the process; otherwise as ``StandardOutput``.
public struct StandardError: Sink {
    /// What the sink takes.
    public typealias Input = Bytes

    let framing: OutputFraming

    /// The standard error output.
    ///
    /// - Parameter framing: whether elements are lines or stand back to back
    public init(framing: OutputFraming = .lines) {
        self.framing = framing
    }

    /// What the plan must know of it.
    public var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "StandardError", confirmation: .write, isStandardStream: true)
    }

    /// Makes the writer of a run.
    public func makeWriter() -> StandardStreamWriter {
        StandardStreamWriter(framing: framing, stream: .error)
    }
}

/// Writes the chunks of byte streams to the standard output of the process; made by ``StandardOutput/chunks``.
public struct StandardOutputChunks: Sink {
    /// What the sink takes.
    public typealias Input = StreamChunk

    let stream: StandardStream

    /// What the plan must know of it.
    public var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "StandardOutput", confirmation: .write, isStandardStream: true)
    }

    /// Makes the writer of a run.
    public func makeWriter() -> StandardStreamChunkWriter {
        StandardStreamChunkWriter(stream: stream)
    }
}
