import Connect

/// A pattern of paths, as shells and glob(7) know it: `*`, `?`, `[a-z]`, `[!a-z]`, `\` before a character that shall
/// stand for itself, and `**` as a whole component for any number of directories.
///
/// Patterns and names are bytes. A dot at the start of a name must be in the pattern. `**` follows no symbolic links.
struct GlobPattern: Sendable, Hashable {
    /// The pattern as it was given.
    let path: FilePath

    private static let slash = UInt8(ascii: "/")
    /// Directories nested deeper are not searched by `**`.
    private static let maximumDepth = 64

    private var components: [[UInt8]] {
        path.bytes.split(separator: GlobPattern.slash).map(Array.init)
    }

    /// The regular files that the pattern matches, in byte-wise order.
    ///
    /// - Throws: where a directory cannot be read, or the part of the path before the first wildcard is not there:
    ///   an empty result would hide that
    func files(in fileSystem: some FileSystem) throws(ConnectorError) -> [FilePath] {
        var found: [FilePath] = [path.bytes.first == GlobPattern.slash ? "/" : ""]
        var hasWildcard = false
        for component in components {
            var next: [FilePath] = []
            for base in found {
                do throws(ConnectorError) {
                    next += try GlobPattern.expand(component, in: base, fileSystem)
                } catch {
                    // Behind a wildcard stand files too, and what was removed meanwhile.
                    if !error.isDeadEnd || !hasWildcard { throw error }
                }
            }
            found = next
            if GlobPattern.isWildcard(component) { hasWildcard = true }
        }
        return try GlobPattern.regularFiles(found, mustExist: !hasWildcard, fileSystem)
    }

    /// Whether the pattern may match paths that end with a text, as far as its own last bytes tell.
    func mayMatch(suffix: String) -> Bool {
        let isWild = { (byte: UInt8) in "*?]\\".utf8.contains(byte) }
        guard let wildcard = path.bytes.lastIndex(where: isWild) else { return path.hasSuffix(suffix) }
        let tail = path.bytes[(wildcard + 1)...]
        return tail.count < suffix.utf8.count
            ? suffix.utf8.suffix(tail.count).elementsEqual(tail) : path.hasSuffix(suffix)
    }

    /// Of some paths, the regular files, sorted; each once.
    private static func regularFiles(
        _ paths: [FilePath], mustExist: Bool, _ fileSystem: some FileSystem
    ) throws(ConnectorError) -> [FilePath] {
        var files: [FilePath] = []
        for path in paths.sorted() where path != files.last {
            do throws(ConnectorError) {
                let kind = try fileSystem.status(of: path).kind
                if kind == .regular { files.append(path) }
                if kind == .directory, mustExist { throw .directory(path) }
            } catch {
                // A symbolic link that leads nowhere, or a file that was removed meanwhile.
                if !error.isDeadEnd || mustExist { throw error }
            }
        }
        return files
    }

    private static func expand(
        _ component: [UInt8], in base: FilePath, _ fileSystem: some FileSystem
    ) throws(ConnectorError) -> [FilePath] {
        if component == Array("**".utf8) {
            var directories = [base]
            try collectDirectories(in: base, depth: 0, into: &directories, fileSystem)
            return directories
        }
        guard isWildcard(component) else { return [base.appending(FilePath(bytes: unescaped(component)))] }
        let pattern = component[...]
        return try fileSystem.names(in: base.bytes.isEmpty ? "." : base)
            .filter { matches(pattern, $0.bytes[...]) }
            .map { base.appending($0) }
    }

    private static func collectDirectories(
        in base: FilePath, depth: Int, into directories: inout [FilePath], _ fileSystem: some FileSystem
    ) throws(ConnectorError) {
        if depth == maximumDepth { return }
        for name in try fileSystem.names(in: base.bytes.isEmpty ? "." : base) where name.bytes.first != dot {
            let path = base.appending(name)
            guard try fileSystem.status(of: path, followsLinks: false).kind == .directory else { continue }
            directories.append(path)
            try collectDirectories(in: path, depth: depth + 1, into: &directories, fileSystem)
        }
    }
}

extension GlobPattern {
    private static let star = UInt8(ascii: "*")
    private static let question = UInt8(ascii: "?")
    private static let bracket = UInt8(ascii: "[")
    private static let backslash = UInt8(ascii: "\\")
    private static let dot = UInt8(ascii: ".")

    static func isWildcard(_ component: [UInt8]) -> Bool {
        var isEscaped = false
        for byte in component {
            if isEscaped {
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else if byte == star || byte == question || byte == bracket {
                return true
            }
        }
        return false
    }

    private static func unescaped(_ component: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = component[...]
        while let byte = rest.popFirst() {
            result.append(byte == backslash ? rest.popFirst() ?? byte : byte)
        }
        return result
    }

    /// Whether one component of a pattern matches a name.
    static func matches(_ wholePattern: ArraySlice<UInt8>, _ wholeName: ArraySlice<UInt8>) -> Bool {
        if wholeName.first == dot, wholePattern.first != dot { return false }
        var pattern = wholePattern
        var name = wholeName
        // The last star seen, and the name from where it stopped matching: only the last one needs another try.
        var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == star {
                pattern.removeFirst()
                retry = (pattern, name)
                continue
            }
            if name.isEmpty, pattern.isEmpty { return true }
            if let byte = name.first, let rest = matchOne(pattern, byte) {
                pattern = rest
                name.removeFirst()
                continue
            }
            guard let (retryPattern, retryName) = retry, !retryName.isEmpty else { return false }
            pattern = retryPattern
            name = retryName.dropFirst()
            retry = (pattern, name)
        }
    }

    /// Matches one byte with the first item of a pattern.
    ///
    /// - Returns: the pattern behind the item; nil where it does not match
    private static func matchOne(_ pattern: ArraySlice<UInt8>, _ byte: UInt8) -> ArraySlice<UInt8>? {
        guard let first = pattern.first else { return nil }
        let rest = pattern.dropFirst()
        switch first {
        case question:
            return rest
        case bracket:
            guard let set = ByteSet(rest) else { return byte == bracket ? rest : nil }
            return set.contains(byte) ? set.rest : nil
        case backslash:
            guard let literal = rest.first else { return byte == backslash ? rest : nil }
            return byte == literal ? rest.dropFirst() : nil
        default:
            return first == byte ? rest : nil
        }
    }
}

/// What stands between brackets in a pattern.
private struct ByteSet {
    private var ranges: [ClosedRange<UInt8>] = []
    private var isNegated = false
    /// The pattern behind the closing bracket.
    private(set) var rest: ArraySlice<UInt8>

    /// The set that a pattern begins with; nil where no closing bracket follows, so that the opening one stands for
    /// itself.
    ///
    /// - Parameter pattern: what stands behind the opening bracket
    init?(_ pattern: ArraySlice<UInt8>) {
        rest = pattern
        if rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^") {
            isNegated = true
            rest.removeFirst()
        }
        var isFirst = true
        while let low = rest.popFirst() {
            // A closing bracket in the first place is a member.
            if low == UInt8(ascii: "]"), !isFirst { return }
            isFirst = false
            if rest.first == UInt8(ascii: "-"), let high = rest.dropFirst().first, high != UInt8(ascii: "]") {
                rest.removeFirst(2)
                if low <= high { ranges.append(low...high) }
            } else {
                ranges.append(low...low)
            }
        }
        return nil
    }

    func contains(_ byte: UInt8) -> Bool {
        ranges.contains { $0.contains(byte) } != isNegated
    }
}
