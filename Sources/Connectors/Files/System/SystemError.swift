import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A number by which the system says why a call failed.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The value of `errno`.
    public let number: Int32

    /// An error by the value of `errno`.
    public init(number: Int32) {
        self.number = number
    }

    /// What the last call of this thread left in `errno`.
    static var last: SystemError { SystemError(number: errno) }

    /// The system's own words.
    public var description: String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }

    /// What kind of failure of a connector it is.
    var code: ConnectorError.Code {
        switch number {
        case ENOENT, ENOTDIR: .notFound
        case EACCES, EPERM, EROFS: .notPermitted
        case ENOSPC, EDQUOT: .noSpace
        case EPIPE: .brokenPipe
        case EISDIR, ELOOP, ENAMETOOLONG, EINVAL, EEXIST, ESPIPE: .configuration
        case EMFILE, ENFILE, EFBIG: .limitExceeded
        default: .inputOutput
        }
    }

    /// How to mend it; empty where nothing can be said in general.
    var advice: String {
        switch number {
        case ENOENT: "check the path, and from which directory the program was started"
        case ENOTDIR: "a part of the path is a file where a directory is needed"
        case EACCES, EPERM: "give the user that runs the program the permission, on the file and its directories"
        case EROFS: "the file system is mounted read-only"
        case ENOSPC: "make room on the device"
        case EDQUOT: "the user's quota is used up"
        case EISDIR: "name a file in the directory, or read all of them with FileSource(directory:)"
        case ELOOP: "the symbolic links lead in a circle"
        case ENAMETOOLONG: "shorten the name: a component has at most 255 bytes, a path 4,095"
        case EMFILE: "the process has too many open files: raise the limit (ulimit -n) or read fewer at once"
        case ENFILE: "the system has too many open files"
        case ENXIO: "nobody reads the pipe: start its reader first"
        case EFBIG: "the file has reached the largest size that the system or the process's limit allows"
        default: ""
        }
    }
}

extension ConnectorError {
    /// A call of the system that failed.
    ///
    /// - Parameters:
    ///   - error: the system's answer
    ///   - action: what was tried, as it stands behind "cannot": `open logs/a.log`
    init(_ error: SystemError, cannot action: String) {
        let advice = error.advice
        self.init(
            error.code, "cannot \(action): \(error)" + (advice.isEmpty ? "" : " (\(advice))"), cause: error)
    }
}

extension ConnectorError {
    /// Whether a path leads to no file: there is none, or its symbolic links lead nowhere or in a circle.
    var isDeadEnd: Bool {
        code == .notFound || (cause as? SystemError)?.number == ELOOP
    }
}

/// Makes a call of the system again for as long as a signal interrupts it.
///
/// - Parameter call: returns a negative number where it failed
/// - Returns: what the call returned
/// - Throws: what the call left in `errno`
@discardableResult
func systemCall<Result: SignedInteger>(_ call: () -> Result) throws(SystemError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        let error = SystemError.last
        if error.number != EINTR { throw error }
    }
}
