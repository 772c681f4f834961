import Connect
import ConnectText

/// Follows the quotes of CSV text (RFC 4180), byte by byte.
struct CSVScanner {
    /// What a byte is.
    enum Meaning {
        /// A byte of a field.
        case data
        /// A quote that is no part of the field.
        case quote
        /// What stands between two fields.
        case delimiter
        /// A newline that ends a record.
        case newline
        /// What the format does not allow here.
        case mistake
    }

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted
    }

    private var state = State.fieldStart
    private let delimiter: UInt8

    init(delimiter: UInt8) {
        self.delimiter = delimiter
    }

    /// Whether a quote was opened and not closed.
    var isQuoted: Bool { state == .quoted }

    /// Takes the next byte. Behind a mistake it goes on as though the field were a plain one.
    mutating func take(_ byte: UInt8) -> Meaning {
        if state == .quoted {
            if byte != UInt8(ascii: "\"") { return .data }
            state = .quoteInQuoted
            return .quote
        }
        if byte == UInt8(ascii: "\n") {
            state = .fieldStart
            return .newline
        }
        if byte == delimiter {
            state = .fieldStart
            return .delimiter
        }
        if byte == UInt8(ascii: "\"") {
            switch state {
            case .fieldStart:
                state = .quoted
                return .quote
            case .quoteInQuoted:
                // The second of two quotes stands for one.
                state = .quoted
                return .data
            case .plain, .quoted: return .mistake
            }
        }
        if state == .quoteInQuoted {
            state = .plain
            return .mistake
        }
        state = .plain
        return .data
    }
}
