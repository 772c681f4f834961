/// A command that answers each line with one line, and how it is treated.
struct ChildCommand: Sendable {
    /// What `/bin/sh -c` is given.
    let command: String
    /// How long it may take for one line.
    let timeout: Duration
    /// The most bytes of an answer.
    let maxBytes: Int
    /// How long it may go on after its input has ended, before it is killed.
    var grace = Duration.seconds(2)
}
