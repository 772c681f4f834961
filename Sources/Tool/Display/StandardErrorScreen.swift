#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif
import Synchronization

/// Standard error as a terminal that has lines which are drawn again and again below messages that stay.
enum StandardErrorScreen {
    private struct State {
        /// How many lines stand there to be drawn anew.
        var drawn: [String] = []
    }

    private static let state = Mutex(State())

    /// Whether standard error is a terminal that can move its cursor.
    static var isTerminal: Bool { isatty(2) == 1 && ToolOutput.environment["TERM"] ?? "dumb" != "dumb" }

    /// Whether standard output is a terminal.
    static var outputIsTerminal: Bool { isatty(1) == 1 }

    /// How many columns the terminal has; nil where it does not tell.
    static var width: Int? {
        var size = winsize()
        guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Draws lines in the place of those drawn last.
    static func draw(_ lines: [String]) {
        state.withLock { state in
            if lines == state.drawn { return }
            ToolOutput.write(erasing(state.drawn) + lines.map { $0 + "\n" }.joined(), to: 2)
            state.drawn = lines
        }
    }

    /// Writes a message that stays, above the lines, which come again when they are drawn next.
    static func write(_ message: String) {
        state.withLock { state in
            ToolOutput.write(erasing(state.drawn) + message, to: 2)
            state.drawn = []
        }
    }

    // Up to the first line and from there on nothing (ECMA-48: CPL, ED).
    private static func erasing(_ lines: [String]) -> String {
        lines.isEmpty ? "" : "\u{1b}[\(lines.count)F\u{1b}[J"
    }
}
