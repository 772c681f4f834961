#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Processes that the benchmarks start and wait for.
enum ChildProcess {
    /// Where the standard output of a child goes.
    enum Output: Sendable {
        case null
        /// Into a pipe, whose other end a `cat` reads and throws away.
        case pipe
    }

    /// What became of a child.
    struct Outcome {
        /// From its start to its end, and to the end of who reads its output; in seconds.
        var wall: Double
        /// Its processor time and that of its own children, in seconds.
        var processor: Double
        /// What it wrote to descriptor 3.
        var report: String
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - arguments: its path and what follows it
    ///   - input: the file that it gets as standard input; nil is an empty one
    ///   - output: where its standard output goes
    /// - Returns: what it took
    /// - Throws: where it could not be started or failed
    static func run(_ arguments: [String], input: String? = nil, output: Output = .null) throws -> Outcome {
        var (source, drain): (Int32, Int32) = (-1, -1)
        if output == .pipe { (source, drain) = try makePipe() }
        let (reportSource, reportDrain) = try makePipe()
        let start = ProcessMeter.now
        let child = try spawn(arguments, input: input, output: output == .pipe ? drain : nil, report: reportDrain)
        close(reportDrain)
        var reader: pid_t?
        if output == .pipe {
            close(drain)
            reader = try spawn(["/bin/cat"], inputDescriptor: source)
            close(source)
        }
        let report = SmallFile.read(from: reportSource)
        close(reportSource)
        let processor = try wait(for: child, arguments)
        if let reader { _ = try wait(for: reader, ["cat"]) }
        return Outcome(wall: Double(ProcessMeter.now - start) / 1e9, processor: processor, report: report)
    }

    private static func makePipe() throws -> (source: Int32, drain: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw BenchmarkError("no pipe: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ arguments: [String], input: String? = nil, inputDescriptor: Int32? = nil, output: Int32? = nil,
        report: Int32? = nil
    ) throws -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let inputDescriptor {
            posix_spawn_file_actions_adddup2(&actions, inputDescriptor, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input ?? "/dev/null", O_RDONLY, 0)
        }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        }
        if let report { posix_spawn_file_actions_adddup2(&actions, report, 3) }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child = pid_t()
        let code = posix_spawnp(&child, arguments[0], &actions, nil, words, environ)
        guard code == 0 else { throw BenchmarkError("cannot start \(arguments[0]): error \(code)") }
        return child
    }

    /// - Returns: the processor time, in seconds
    private static func wait(for child: pid_t, _ arguments: [String]) throws -> Double {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkError("cannot wait for \(arguments[0]): error \(errno)") }
        }
        guard status == 0 else {
            throw BenchmarkError("failed with status \(status): \(arguments.joined(separator: " "))")
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
