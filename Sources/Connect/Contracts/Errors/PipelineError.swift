/// Why a run did not deliver everything.
public struct PipelineError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// A code by its stable text.
        public init(_ description: String) {
            self.description = description
        }

        /// A closure, transform or coder threw at an element.
        public static let stageFailed = Code("stage_failed")
        /// A source could not be opened or read.
        public static let sourceFailed = Code("source_failed")
        /// A sink could not be opened, written, flushed or closed.
        public static let sinkFailed = Code("sink_failed")
        /// A checkpoint could not be read or written, or does not belong to this pipeline.
        public static let checkpointFailed = Code("checkpoint_failed")
        /// The drain took longer than the shutdown timeout, or was cut short by a second signal.
        public static let shutdownTimedOut = Code("shutdown_timed_out")
        /// Too many transactions were aborted one after the other.
        public static let transactionAborted = Code("transaction_aborted")
        /// Another instance that is needed was lost, has left or has failed.
        public static let peerLost = Code("peer_lost")
        /// This instance and the others do not belong together: their lists, plans or secrets differ.
        public static let peerRefused = Code("peer_refused")
        /// The plan has mistakes; nothing was started.
        public static let planRefused = Code("plan_refused")
    }

    /// What kind of failure it is.
    public var code: Code
    /// The name of the stage.
    public var stage: String
    /// Where in the source the element stands; nil where no single element is to blame.
    public var position: Position?
    /// What was found and how to mend it, in words.
    public var message: String
    /// The error that was thrown; nil where Connect itself found the fault.
    public var cause: (any Error)?
    /// Where the stage was declared, as `file:line`; nil where it is not known.
    public var declaredAt: SourceLocation?

    /// An error of a run.
    public init(
        code: Code, stage: String, position: Position? = nil, message: String, cause: (any Error)? = nil,
        declaredAt: SourceLocation? = nil
    ) {
        self.code = code
        self.stage = stage
        self.position = position
        self.message = message
        self.cause = cause
        self.declaredAt = declaredAt
    }

    /// One line for people: stage, position, what happened, where it was declared.
    public var description: String {
        var text = "\(code): stage \"\(stage)\""
        if let position { text += " at \(position)" }
        text += ": \(message)"
        if let declaredAt { text += " [declared at \(declaredAt)]" }
        return text
    }
}

/// A place in a user's source file.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The file as `Module/File.swift`.
    public var fileID: String
    /// The line, from 1; 0 where the place is no line of a file.
    public var line: UInt

    /// A place in a source file.
    public init(fileID: String, line: UInt) {
        self.fileID = fileID
        self.line = line
    }

    /// A place that is no line of a file, such as an option of a command line.
    ///
    /// - Parameter place: how it is shown
    public init(place: String) {
        fileID = place
        line = 0
    }

    /// `file:line`, or the place as it was given
    public var description: String { line == 0 ? fileID : "\(fileID):\(line)" }
}
