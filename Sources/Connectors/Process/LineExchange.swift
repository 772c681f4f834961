import Connect
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gives lines to a child process and takes its answers, one by one; starts it with the first line, and again with the
/// next one after it has failed. Belongs to one worker, with which the child ends.
final class LineExchange {
    private let command: ChildCommand
    private let logger: Logger
    private var child: ChildProcess?
    /// What it has written and is not taken.
    private var answer: [UInt8] = []
    /// What it has complained of, from the last newline on.
    private var complaint: [UInt8] = []

    init(_ command: ChildCommand, logger: Logger) {
        self.command = command
        self.logger = logger
    }

    deinit {
        guard let child else { return }
        child.closeInput()
        wait(for: child)
    }

    /// Gives one line and waits for the answer.
    ///
    /// - Parameter line: what is given; must not hold a newline
    /// - Returns: the answer, without its newline
    /// - Throws: `ProcessError` where there is none; the child is gone then
    func exchange(_ line: UnsafeRawBufferPointer) throws(ProcessError) -> [UInt8] {
        if line.contains(0x0A) {
            throw ProcessError(
                .protocolViolated, "an element with a newline would be two lines; replace the newline before")
        }
        let child = try running()
        do throws(ProcessError) {
            // An answer to nothing would be taken for that to the next line.
            try read(from: child)
            if !answer.isEmpty { throw LineExchange.superfluous }
            return try send(Array(line) + [0x0A], to: child)
        } catch {
            throw giveUp(child, error)
        }
    }

    private func running() throws(ProcessError) -> ChildProcess {
        if let child { return child }
        let started = try ChildProcess(command.command)
        child = started
        return started
    }

    private func send(_ line: [UInt8], to child: ChildProcess) throws(ProcessError) -> [UInt8] {
        let deadline = SystemScheduler.shared.now.advanced(by: command.timeout)
        var written = 0
        while true {
            guard poll(child, writes: written < line.count, until: deadline) else {
                throw ProcessError(
                    .timedOut,
                    "no answer within \(command.timeout); it must write a line for each line, and flush it "
                        + "(sed -u, grep --line-buffered, stdbuf -oL); or raise timeout")
            }
            readErrors(of: child)
            if written < line.count { written += try write(line[written...], to: child) }
            let searched = answer.count
            try read(from: child)
            guard let end = answer[searched...].firstIndex(of: 0x0A) else { continue }
            guard written == line.count, end == answer.count - 1 else { throw LineExchange.superfluous }
            defer { answer.removeAll(keepingCapacity: true) }
            return Array(answer[..<end])
        }
    }

    /// - Returns: how many bytes the pipe took
    private func write(_ bytes: ArraySlice<UInt8>, to child: ChildProcess) throws(ProcessError) -> Int {
        while true {
            let count = bytes.withUnsafeBytes { systemWrite(child.input, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { throw ProcessError(.ended, "it has closed its input") }
        }
    }

    /// Takes what the child has written so far, up to a newline and up to the bound.
    private func read(from child: ChildProcess) throws(ProcessError) {
        while true {
            let searched = answer.count
            switch LineExchange.read(child.output, into: &answer) {
            case .nothing: return
            case .ended: throw ProcessError(.ended, "it has closed its output")
            case .some: break
            }
            if answer[searched...].contains(0x0A) { return }
            if answer.count > command.maxBytes {
                throw ProcessError(.limitExceeded, "its answer has more than \(command.maxBytes) bytes; raise maxBytes")
            }
        }
    }

    /// Logs the whole lines of what the child has complained of.
    private func readErrors(of child: ChildProcess) {
        while true {
            switch LineExchange.read(child.errors, into: &complaint) {
            case .nothing: return
            case .ended:
                child.closeErrors()
                logRest()
                return
            case .some: break
            }
            var start = 0
            while let end = complaint[start...].firstIndex(of: 0x0A) {
                logComplaint(complaint[start..<end])
                start = end + 1
            }
            complaint.removeFirst(start)
            // A line without end is not worth more memory.
            if complaint.count > 16 << 10 { logRest() }
        }
    }

    private func logComplaint(_ line: ArraySlice<UInt8>) {
        if line.isEmpty { return }
        logger.warning("\(String(decoding: line, as: UTF8.self))", metadata: ["command": "\(command.command)"])
    }

    private func logRest() {
        logComplaint(complaint[...])
        complaint = []
    }

    /// Ends a child that has failed.
    private func giveUp(_ child: ChildProcess, _ error: ProcessError) -> ProcessError {
        self.child = nil
        answer = []
        if error.code == .ended {
            child.closeInput()
            wait(for: child)
        } else {
            readErrors(of: child)
        }
        logRest()
        return ProcessError(error.code, "\"\(command.command)\": \(error.message); \(child.end())")
    }

    /// Lets a child whose input or output has ended finish what it does, for a while.
    private func wait(for child: ChildProcess) {
        let deadline = SystemScheduler.shared.now.advanced(by: command.grace)
        while child.output >= 0 || child.errors >= 0 {
            guard poll(child, writes: false, until: deadline) else { break }
            readErrors(of: child)
            var rest: [UInt8] = []
            if child.output >= 0, case .ended = LineExchange.read(child.output, into: &rest) { child.closeOutput() }
        }
        logRest()
    }

    /// Waits until the child can be read or written.
    ///
    /// - Returns: false where the time is over
    private func poll(_ child: ChildProcess, writes: Bool, until deadline: MonotonicTime) -> Bool {
        while true {
            // The system leaves out what is negative.
            var requests = [
                pollfd(fd: writes ? child.input : -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
            ]
            let rest = deadline.elapsed(since: SystemScheduler.shared.now)
            let milliseconds = rest.components.seconds * 1000 + rest.components.attoseconds / 1_000_000_000_000_000 + 1
            let result = systemPoll(&requests, nfds_t(requests.count), Int32(clamping: max(0, milliseconds)))
            if result > 0 { return true }
            if SystemScheduler.shared.now >= deadline { return false }
        }
    }

    private enum Reading {
        case some, nothing, ended
    }

    /// Appends what is there to be read.
    private static func read(_ descriptor: Int32, into bytes: inout [UInt8]) -> Reading {
        if descriptor < 0 { return .nothing }
        return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { room in
            while true {
                let count = systemRead(descriptor, room.baseAddress, room.count)
                if count > 0 {
                    bytes.append(contentsOf: room[..<count])
                    return .some
                }
                if count == 0 { return .ended }
                if errno == EAGAIN { return .nothing }
                if errno != EINTR { return .ended }
            }
        }
    }

    private static var superfluous: ProcessError {
        ProcessError(.protocolViolated, "it has written more than one line for one line; it must write exactly one")
    }
}

// The class has methods of the same names.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

private func systemRead(_ descriptor: Int32, _ room: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, room, count)
}

private func systemPoll(_ requests: inout [pollfd], _ count: nfds_t, _ milliseconds: Int32) -> Int32 {
    poll(&requests, count, milliseconds)
}
