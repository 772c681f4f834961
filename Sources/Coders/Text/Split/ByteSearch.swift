package import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds a run of bytes in others, in time linear in both (Knuth, Morris, Pratt 1977), whatever they hold.
package struct ByteSearch {
    private let pattern: [UInt8]
    /// For each length of a match so far: how much of it still matches one place further on.
    private let fallback: [Int]

    /// Prepares a search; the pattern must not be empty.
    package init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var fallback = [0]
        var matched = 0
        for index in pattern.indices.dropFirst() {
            while matched > 0, pattern[index] != pattern[matched] { matched = fallback[matched - 1] }
            if pattern[index] == pattern[matched] { matched += 1 }
            fallback.append(matched)
        }
        self.fallback = fallback
    }

    /// How many bytes a match has.
    var count: Int { pattern.count }

    /// Where the first match at or behind an index begins; nil where there is none.
    func first(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var index = start
        var matched = 0
        while index < bytes.count {
            if matched == 0 {
                guard let found = memchr(base + index, Int32(pattern[0]), bytes.count - index) else { return nil }
                index = UnsafeRawPointer(found) - base
            }
            while matched > 0, bytes[index] != pattern[matched] { matched = fallback[matched - 1] }
            if bytes[index] == pattern[matched] { matched += 1 }
            index += 1
            if matched == pattern.count { return index - matched }
        }
        return nil
    }

    /// The parts between the matches, from the first byte to the last; as many as there are matches, and one more.
    package func forEachPart<Failure: Error>(
        of bytes: Bytes, keepsEmpty: Bool, _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        while true {
            let match = bytes.withUnsafeBytes { first(in: $0, from: start) }
            let end = match ?? bytes.count
            if keepsEmpty || end > start { try body(start..<end) }
            guard let match else { return }
            start = match + pattern.count
        }
    }
}
