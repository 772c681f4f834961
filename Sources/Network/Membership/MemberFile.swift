#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A small text file that is replaced as a whole.
struct MemberFile: Sendable {
    /// Where it is.
    let path: String

    /// Reads it.
    ///
    /// - Parameter limit: how many bytes it may have
    /// - Returns: its text; what is not UTF-8 becomes U+FFFD
    /// - Throws: ``MembershipError`` with the system's reason
    func read(limit: Int) throws(MembershipError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = systemRead(descriptor, &part, part.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read")
            }
            bytes += part[..<count]
            guard bytes.count <= limit else {
                throw MembershipError(
                    .malformed, "\(path) has more than \(limit) bytes, which no list of members needs")
            }
        }
    }

    /// Puts another text in its place, so that who reads it sees the old one or the new one, also after a crash.
    ///
    /// - Throws: ``MembershipError`` with the system's reason; the old text stays then
    func replace(with text: String) throws(MembershipError) {
        // Links lead to the file that is replaced; the link itself stays.
        let target = realpath(path, nil).map { resolved in
            defer { free(resolved) }
            return String(cString: resolved)
        }
        let place = target ?? path
        let temporary = "\(place).new-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("write beside") }
        do throws(MembershipError) {
            defer { close(descriptor) }
            try write(text, to: descriptor)
            guard fsync(descriptor) == 0 else { throw failure("write beside") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, place) == 0 else {
            let error = failure("replace")
            unlink(temporary)
            throw error
        }
        synchronizeDirectory(of: place)
    }

    private func write(_ text: String, to descriptor: Int32) throws(MembershipError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("write beside")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Some file systems cannot do it for directories; the list is read again and again anyway.
    private func synchronizeDirectory(of place: String) {
        let directory = place.lastIndex(of: "/").map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure(_ verb: String) -> MembershipError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return MembershipError(
            .unavailable,
            "cannot \(verb) the list of members \(path): \(reason); the program needs a file there with one "
                + "HOST:PORT on each line")
    }
}

// Under names that the methods do not hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
