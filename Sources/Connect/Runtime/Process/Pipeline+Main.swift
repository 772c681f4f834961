#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif
package import Logging

extension Pipeline {
    /// Runs the pipeline as a whole program and ends the process.
    ///
    /// The first SIGINT or SIGTERM stops the sources, lets everything under way drain and ends with status 0; a second
    /// one, or a drain longer than `shutdownTimeout`, ends at once with 130 or 143. What went wrong is written to
    /// standard error in one line. SIGPIPE is ignored. All other signals do what the system does by default: SIGHUP and
    /// SIGUSR1 end the process like a crash, and what was not committed comes again. Log messages below `warning` are shown only where the environment variable
    /// `LOG_LEVEL` asks for them.
    ///
    /// | status | meaning |
    /// |---|---|
    /// | 0 | everything was delivered, or a stop was asked for and what was under way is drained |
    /// | 1 | something failed; what was not delivered comes again after a restart |
    /// | 78 | the declaration has mistakes; nothing was started |
    /// | 130, 143 | ended at once by SIGINT, SIGTERM |
    /// | 141 | the reader of the output went away, as in `\| head -1`; nothing is printed |
    ///
    /// - Parameter options: how to run it
    public func main(_ options: RunOptions = RunOptions()) async -> Never {
        await main(options, logLevel: Pipeline.wantedLogLevel ?? .warning)
    }

    /// The same with messages from a level on, whatever the environment says, for a program that watches the run.
    package func main(
        _ options: RunOptions, logLevel: Logger.Level, watcher: ProcessWatcher = ProcessWatcher()
    ) async -> Never {
        var options = options
        options.logger.logLevel = logLevel
        await Pipeline.main(watcher) { [options] in
            let run = try PipelineRun(self, options)
            watcher.onStart { run.status }
            return ProcessWork(stop: run.stop, abort: run.abort) { _ = try await run.value() }
        }
    }

    /// The level of messages that the environment asks for.
    package static var wantedLogLevel: Logger.Level? {
        getenv("LOG_LEVEL").flatMap { Logger.Level(rawValue: String(cString: $0)) }
    }

    /// Does some work as a whole program and ends the process, as ``main(_:)`` does.
    ///
    /// - Parameters:
    ///   - watcher: what the program does beside
    ///   - start: starts the work; where it throws, nothing was started
    package static func main(
        _ watcher: ProcessWatcher = ProcessWatcher(), _ start: () throws -> ProcessWork
    ) async -> Never {
        // Caught before anything is started: a signal that comes at once must not find a run that it cuts off.
        let signals = SignalCount()
        SignalWatcher.start(catching: watcher.onStateWanted == nil ? [] : [SIGUSR1]) { number in
            if number == SIGUSR1 { watcher.onStateWanted?() } else { signals.note(number) }
        }
        do {
            let work = try start()
            signals.forward { count in
                if count == 1 { work.stop() } else { work.abort() }
            }
            do {
                try await work.finish()
                watcher.onEnd()
                endProcess(0)
            } catch {
                watcher.onEnd()
                endProcess(Pipeline.status(of: error, after: signals.last))
            }
        } catch {
            writeError("\(error)")
            endProcess(78)
        }
    }

    /// Says on standard error how a program is called and ends it with status 2.
    ///
    /// - Parameter usage: the call, for example `file-to-stdout FILE…`
    public static func exit(usage: String) -> Never {
        writeError("usage: \(usage)")
        endProcess(2)
    }

    /// The exit status that says how a run ended; writes what went wrong.
    private static func status(of error: any Error, after signal: Int32?) -> Int32 {
        let failure = error as? PipelineError
        if failure?.code == .shutdownTimedOut, let signal { return 128 + signal }
        if (failure?.cause as? ConnectorError)?.code == .brokenPipe { return 128 + SIGPIPE }
        writeError("\(error)")
        return 1
    }
}

/// What a program does that watches its run.
package struct ProcessWatcher: Sendable {
    /// Given what says how the run stands, as soon as it is started.
    package var onStart: @Sendable (@escaping @Sendable () -> RunStatus) -> Void = { _ in }
    /// Called when SIGUSR1 comes; nil leaves that signal alone.
    package var onStateWanted: (@Sendable () -> Void)?
    /// Called when the run has ended, before the reason is said.
    package var onEnd: @Sendable () -> Void = {}

    /// Watches nothing.
    package init() {}
}

/// Work that is under way in a program.
package struct ProcessWork: Sendable {
    let stop: @Sendable () -> Void
    let abort: @Sendable () -> Void
    let finish: @Sendable () async throws -> Void

    /// Work that is under way.
    ///
    /// - Parameters:
    ///   - stop: lets what is under way go to its end
    ///   - abort: ends it at once
    ///   - finish: waits for the end; throws why it was not a good one
    package init(
        stop: @escaping @Sendable () -> Void, abort: @escaping @Sendable () -> Void,
        finish: @escaping @Sendable () async throws -> Void
    ) {
        self.stop = stop
        self.abort = abort
        self.finish = finish
    }
}

private func endProcess(_ status: Int32) -> Never {
    exit(status)
}

/// Writes one message to standard error; where that fails there is nobody to tell.
private func writeError(_ message: String) {
    var text = message + "\n"
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = write(2, rest.baseAddress, rest.count)
            if count <= 0, errno != EINTR { return }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
        }
    }
}
