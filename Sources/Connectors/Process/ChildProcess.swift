import CConnectProcess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A command of the shell in a process group of its own, with pipes for its standard streams.
final class ChildProcess {
    private let id: pid_t
    private let inputPipe: ProcessPipe
    private let outputPipe: ProcessPipe
    private let errorPipe: ProcessPipe
    private var hasEnded = false

    /// What is written here it reads.
    var input: Int32 { inputPipe.writeEnd }
    /// What it writes is read here; negative behind its end.
    var output: Int32 { outputPipe.readEnd }
    /// What it complains of is read here; negative behind its end.
    var errors: Int32 { errorPipe.readEnd }

    /// Starts a command.
    ///
    /// - Parameter command: what `/bin/sh -c` is given
    /// - Throws: `ProcessError` where the system has no room for it
    init(_ command: String) throws(ProcessError) {
        ChildProcess.ignoreBrokenPipes()
        let inputPipe = try ProcessPipe()
        let outputPipe = try ProcessPipe()
        let errorPipe = try ProcessPipe()
        id = try ChildProcess.spawn(
            command, [inputPipe.readEnd, outputPipe.writeEnd, errorPipe.writeEnd])
        inputPipe.closeReadEnd()
        outputPipe.closeWriteEnd()
        errorPipe.closeWriteEnd()
        for end in [inputPipe.writeEnd, outputPipe.readEnd, errorPipe.readEnd] { ProcessPipe.unblock(end) }
        self.inputPipe = inputPipe
        self.outputPipe = outputPipe
        self.errorPipe = errorPipe
    }

    deinit {
        _ = end()
    }

    /// Tells it that nothing more comes.
    func closeInput() { inputPipe.closeWriteEnd() }
    /// Its output has ended.
    func closeOutput() { outputPipe.closeReadEnd() }
    /// Its complaints have ended.
    func closeErrors() { errorPipe.closeReadEnd() }

    /// Kills it with all that it has started, unless it has ended by itself.
    ///
    /// - Returns: how it ended
    func end() -> String {
        if hasEnded { return "it had ended before" }
        hasEnded = true
        closeInput()
        kill(-id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? "it ended with status \((status >> 8) & 0xFF)" : "it was killed by signal \(signal)"
    }

    /// A child that goes away must not end this process.
    private static func ignoreBrokenPipes() {
        var current = sigaction()
        guard sigaction(SIGPIPE, nil, &current) == 0 else { return }
        #if canImport(Darwin)
            let handler = unsafeBitCast(current.__sigaction_u.__sa_handler, to: Int.self)
        #elseif canImport(Musl)
            let handler = unsafeBitCast(current.__sa_handler.sa_handler, to: Int.self)
        #else
            let handler = unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self)
        #endif
        // A handler of the program's own stays.
        if handler == 0 { signal(SIGPIPE, SIG_IGN) }
    }

    private static func spawn(_ command: String, _ standards: [Int32]) throws(ProcessError) -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (number, descriptor) in standards.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        // A child takes over what is ignored and blocked here; programs expect neither.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var id: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (word: String) in strdup(word) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        let result = posix_spawn(&id, "/bin/sh", &actions, &attributes, arguments, connect_environment())
        guard result == 0 else {
            throw ProcessError(.notStarted, "cannot start /bin/sh: \(ProcessPipe.reason(result))")
        }
        return id
    }
}
