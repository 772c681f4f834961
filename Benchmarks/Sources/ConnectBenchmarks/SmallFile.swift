#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files and descriptors, as far as the benchmarks need them; without Foundation, which would be most of the memory
/// that they measure.
enum SmallFile {
    /// All the text of a file; nil where it cannot be read.
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return read(from: file)
    }

    /// All the text that comes from a descriptor until its end.
    static func read(from file: Int32) -> String {
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = systemRead(file, &piece, piece.count)
            if count > 0 {
                text += piece[..<count]
            } else if count == 0 || errno != EINTR {
                return String(decoding: text, as: UTF8.self)
            }
        }
    }

    /// Writes all of a text.
    static func write(_ text: String, to file: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// How many bytes a file has; nil where there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}

private func systemRead(_ file: Int32, _ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(file, memory, count)
}

private func systemWrite(_ file: Int32, _ memory: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, memory, count)
}
