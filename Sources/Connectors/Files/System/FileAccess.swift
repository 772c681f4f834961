/// How a file is opened.
public struct FileAccess: Sendable, Hashable {
    /// What is done with the file.
    public enum Mode: Sendable, Hashable {
        /// It is read. Opening a pipe does not wait for its writer.
        case read
        /// It is written.
        case write
        /// It is read and written.
        case readWrite
    }

    /// What is done with the file.
    public var mode: Mode
    /// Whether it is created where it is not there.
    public var creates: Bool
    /// Whether it is an error that it is there already; only together with `creates`.
    public var isExclusive: Bool
    /// Whether its contents are dropped.
    public var truncates: Bool
    /// Whether everything written goes to its end, wherever that is.
    public var appends: Bool
    /// The permissions of a file that is created, before the process's mask is applied.
    public var permissions: UInt16

    /// How a file is opened.
    public init(
        _ mode: Mode, creates: Bool = false, isExclusive: Bool = false, truncates: Bool = false, appends: Bool = false,
        permissions: UInt16 = 0o666
    ) {
        self.mode = mode
        self.creates = creates
        self.isExclusive = isExclusive
        self.truncates = truncates
        self.appends = appends
        self.permissions = permissions
    }

    /// The file is read.
    public static var reading: FileAccess { FileAccess(.read) }
}
