import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An output that the process was started with.
struct StandardStream: Sendable {
    /// The number of its descriptor.
    let descriptor: Int32
    /// Its name, for messages.
    let name: String

    static let output = StandardStream(descriptor: STDOUT_FILENO, name: "standard output")
    static let error = StandardStream(descriptor: STDERR_FILENO, name: "standard error")

    /// Makes it ready to be written.
    ///
    /// From then on a reader that goes away is an error of the write that meets it (`brokenPipe`), and no longer a
    /// signal that kills the process.
    ///
    /// - Throws: where the process was started without it
    func open() throws(ConnectorError) -> any OpenFile {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
            throw ConnectorError(
                .configuration,
                "\(name) is not open for writing; start the program with it open, at least to /dev/null")
        }
        StandardStream.ignoreBrokenPipeSignal()
        return POSIXFile(descriptor: descriptor, path: FilePath(name), closesDescriptor: false)
    }

    /// Ignores SIGPIPE for the whole process, unless the program has a handler of its own for it.
    static func ignoreBrokenPipeSignal() {
        var current = sigaction()
        guard sigaction(SIGPIPE, nil, &current) == 0 else { return }
        #if canImport(Darwin)
            let handler = unsafeBitCast(current.__sigaction_u.__sa_handler, to: Int.self)
        #elseif canImport(Musl)
            let handler = unsafeBitCast(current.__sa_handler.sa_handler, to: Int.self)
        #else
            let handler = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
        #endif
        // The default handler is the null pointer everywhere.
        if handler == 0 { signal(SIGPIPE, SIG_IGN) }
    }
}
