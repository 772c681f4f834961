/// What a stage needs beside its elements is not there, such as a server that it asks: no element is to blame, so the
/// stage's error policy does not apply.
///
/// Where it may pass, the stage tries the same element again until it works or the run is ended at once, whatever its policy
/// says; what comes before it in the pipeline waits meanwhile. Where it does not pass by itself, the run fails.
public struct OutageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var cause: any Error
    /// Whether the same may well work later.
    public var mayPass: Bool

    /// Something that a stage needs is not there.
    ///
    /// - Parameters:
    ///   - cause: what is wrong
    ///   - mayPass: whether the same may well work later
    public init(_ cause: any Error, mayPass: Bool) {
        self.cause = cause
        self.mayPass = mayPass
    }

    /// The text of the cause.
    public var description: String { "\(cause)" }

    /// How long the first pause before another try is; doubled for each further one.
    static let firstPause = Duration.milliseconds(100)
    /// The longest pause.
    static let longestPause = Duration.seconds(10)
}
