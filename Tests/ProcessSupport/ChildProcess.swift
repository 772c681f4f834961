package import Foundation
import Synchronization

/// A process that a test has started. It is killed when nobody holds it any more.
package final class ChildProcess {
    /// How a process ended.
    package enum Ending: Equatable {
        case exited(Int32)
        case killed(by: Int32)
    }

    package let id: pid_t
    private let errors: URL
    private var ending: Ending?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: what is started
    ///   - arguments: what it is given
    ///   - scratch: where its standard error goes
    ///   - input: its standard input; by default there is nothing
    ///   - output: its standard output; by default nobody sees it
    /// - Throws: where it cannot be started
    package init(
        _ program: Program, _ arguments: [String], in scratch: Scratch, input: Descriptor? = nil,
        output: Descriptor? = nil
    ) throws {
        errors = scratch.url("errors-\(UUID().uuidString)")
        let nothing = try Descriptor("/dev/null", O_RDWR)
        let standards = [
            input ?? nothing, output ?? nothing, try Descriptor(errors.path, O_WRONLY | O_CREAT | O_TRUNC),
        ]
        id = try ChildProcess.spawn([program.path] + arguments, standards)
    }

    deinit {
        if ending == nil {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
        }
    }

    package func send(_ signal: Int32) {
        if poll() == nil { kill(id, signal) }
    }

    /// How it ended; nil while it runs.
    package func poll() -> Ending? {
        if let ending { return ending }
        var status: Int32 = 0
        guard waitpid(id, &status, WNOHANG) == id else { return nil }
        let signal = status & 0x7F
        ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(by: signal)
        return ending
    }

    /// Waits for its end.
    package func wait(within limit: Duration = .seconds(60)) async throws -> Ending {
        try await eventually(within: limit, "the end of process \(id)") { self.poll() }
    }

    /// What it has written to standard error.
    package func standardError() throws -> String {
        String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    }

    /// Runs a command of the machine to its end, which the thread waits for.
    ///
    /// Not by Foundation: whether a process has ended it learns from a socket that every process started meanwhile
    /// inherits, so that it waits for the ends of those of other tests.
    ///
    /// - Parameters:
    ///   - words: its name, which is looked for in `PATH`, and its arguments
    ///   - output: its standard output; by default nobody sees it
    /// - Returns: its exit status, or 128 and the number of the signal that killed it
    /// - Throws: where it cannot be started
    package static func status(of words: String..., output: Descriptor? = nil) throws -> Int32 {
        try status(of: words, output: output)
    }

    /// The same for words that are many.
    package static func status(of words: [String], output: Descriptor? = nil) throws -> Int32 {
        let nothing = try Descriptor("/dev/null", O_RDWR)
        let id = try spawn(["/usr/bin/env"] + words, [nothing, output ?? nothing, nothing])
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }

    private static func spawn(_ words: [String], _ standards: [Descriptor]) throws -> pid_t {
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
        for (number, standard) in standards.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, standard.number, Int32(number))
        }
        // Not what this process does with signals: some test in it may ignore SIGPIPE.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

        var arguments = words.map { strdup($0) } + [nil]
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var id: pid_t = 0
        let failure = Descriptor.opening.withLock { _ in
            posix_spawn(&id, words[0], &actions, &attributes, &arguments, &variables)
        }
        if failure != 0 { throw TestFailure("cannot start \(words[0]): \(String(cString: strerror(failure)))") }
        return id
    }
}
