import Foundation

/// What the system says about a running process. Only where there is /proc.
package struct ProcessStatus {
    /// The most memory it has had, in kilobytes.
    package var peakMemory: Int
    /// The memory it has now, in kilobytes.
    package var memory: Int
    /// How long it has computed, in clock ticks.
    package var ticks: Int

    /// - Returns: nil where it has ended
    package init?(of process: ChildProcess) {
        guard let status = try? String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8),
            let peak = ProcessStatus.number("VmHWM:", in: status), let now = ProcessStatus.number("VmRSS:", in: status),
            let stat = try? String(contentsOfFile: "/proc/\(process.id)/stat", encoding: .utf8)
        else { return nil }
        peakMemory = peak
        memory = now
        // The name of the program may have blanks, so the fields are counted from its end: see proc(5), 14 and 15.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else { return nil }
        ticks = user + system
    }

    private static func number(_ key: String, in status: String) -> Int? {
        status.split(separator: "\n").first { $0.hasPrefix(key) }?.split(whereSeparator: \.isWhitespace).dropFirst()
            .first.flatMap { Int($0) }
    }
}

extension ChildProcess {
    /// Whether it has a handler for a signal by now; true where the system does not say.
    package func handles(_ signal: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
            let word = line.split(whereSeparator: \.isWhitespace).last, let caught = UInt64(word, radix: 16)
        else { return true }
        return caught & 1 << UInt64(signal - 1) != 0
    }

    /// Waits until it has computed nothing for a while: everything it could do is done, and it does not spin.
    package func waitUntilIdle(within limit: Duration = .seconds(30)) async throws -> ProcessStatus {
        var last: ProcessStatus?
        var unchanged = 0
        return try await eventually(within: limit, "process \(id) computes nothing") {
            guard let status = ProcessStatus(of: self) else { throw TestFailure("process \(self.id) has ended") }
            unchanged = status.ticks == last?.ticks ? unchanged + 1 : 0
            last = status
            return unchanged >= 200 ? status : nil
        }
    }
}
