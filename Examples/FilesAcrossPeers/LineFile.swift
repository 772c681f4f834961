import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is read line by line.
final class LineFile {
    private let path: String
    private let stream: UnsafeMutablePointer<FILE>
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    /// Opens a file.
    init(_ path: String) throws {
        self.path = path
        guard let stream = fopen(path, "r") else { throw LineFile.failure(path) }
        self.stream = stream
    }

    deinit {
        free(line)
        fclose(stream)
    }

    /// The next line, without what ends it; nil behind the last one.
    func next() throws -> Bytes? {
        errno = 0
        let count = getline(&line, &capacity, stream)
        guard count > 0, let line else {
            if ferror(stream) != 0 { throw LineFile.failure(path) }
            return nil
        }
        let bytes = Bytes(copying: UnsafeRawBufferPointer(start: line, count: count))
        return bytes.last == UInt8(ascii: "\n") ? bytes[0..<(count - 1)] : bytes
    }

    private static func failure(_ path: String) -> ConnectorError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return ConnectorError(errno == ENOENT ? .notFound : .inputOutput, "\(path) cannot be read: \(reason)")
    }
}
