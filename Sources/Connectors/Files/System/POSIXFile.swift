import Connect
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A descriptor of the system.
final class POSIXFile: OpenFile {
    /// -1 once it is closed, so that a late call meets EBADF and never a file that got the same number since.
    private let descriptor: Atomic<Int32>
    private let path: FilePath
    private let closesDescriptor: Bool
    private let isLocked = Atomic(false)

    /// - Parameters:
    ///   - descriptor: an open descriptor
    ///   - path: its path, for errors
    ///   - closesDescriptor: whether it is closed with this object; false for one that belongs to the process
    init(descriptor: Int32, path: FilePath, closesDescriptor: Bool = true) {
        self.descriptor = Atomic(descriptor)
        self.path = path
        self.closesDescriptor = closesDescriptor
    }

    deinit {
        let number = descriptor.load(ordering: .relaxed)
        if number >= 0, closesDescriptor { _ = release(number) }
    }

    var pollDescriptor: Int32? { number }

    private var number: Int32 { descriptor.load(ordering: .relaxed) }

    func status() throws(ConnectorError) -> FileStatus {
        var found = stat()
        try call("look at") { fstat(number, &found) }
        return FileStatus(found)
    }

    func read(into memory: UnsafeMutableRawBufferPointer) throws(ConnectorError) -> Int? {
        do throws(SystemError) {
            return try systemCall { systemRead(number, memory) }
        } catch {
            if error.number == EAGAIN { return nil }
            throw ConnectorError(error, cannot: "read \(path)\(place)")
        }
    }

    func seek(to offset: Int64) throws(ConnectorError) {
        try call("go to byte \(offset) of") { lseek(number, off_t(offset), SEEK_SET) }
    }

    func write(_ memory: UnsafeRawBufferPointer) throws(ConnectorError) {
        var rest = memory
        while !rest.isEmpty {
            do throws(SystemError) {
                let written = try systemCall { systemWrite(number, rest) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            } catch {
                if error.number == EAGAIN {
                    waitForRoom()
                    continue
                }
                throw ConnectorError(error, cannot: "write \(path)\(place)")
            }
        }
    }

    func synchronize() throws(ConnectorError) {
        #if canImport(Darwin)
            // fsync leaves the bytes in the drive's cache there; not every file system knows the full one.
            if fcntl(number, F_FULLFSYNC) == 0 { return }
        #endif
        try call("make durable") { fsync(number) }
    }

    func synchronizeData() throws(ConnectorError) {
        #if canImport(Darwin)
            try synchronize()
        #else
            try call("make durable") { fdatasync(number) }
        #endif
    }

    func truncate(to size: Int64) throws(ConnectorError) {
        try call("set the size of") { ftruncate(number, off_t(size)) }
    }

    func lock() throws(ConnectorError) {
        do throws(SystemError) {
            try systemCall { flock(number, LOCK_EX | LOCK_NB) }
            isLocked.store(true, ordering: .relaxed)
        } catch {
            if error.number == EWOULDBLOCK {
                throw ConnectorError(.locked, "\(path) is locked by another process or run", cause: error)
            }
            throw ConnectorError(error, cannot: "lock \(path)")
        }
    }

    func close() throws(ConnectorError) {
        let number = descriptor.exchange(-1, ordering: .relaxed)
        guard number >= 0, closesDescriptor else { return }
        // After EINTR the descriptor is closed all the same on Linux; closing it again could hit another's.
        if release(number) < 0, SystemError.last.number != EINTR {
            throw ConnectorError(SystemError.last, cannot: "close \(path)")
        }
    }

    /// Gives a lock up by itself: a child that was just started has the same descriptors until it becomes another program, and
    /// would hold the lock for as long.
    private func release(_ number: Int32) -> Int32 {
        if isLocked.load(ordering: .relaxed) { _ = flock(number, LOCK_UN) }
        return systemClose(number)
    }

    /// A descriptor that was handed to us (standard output) may not block by itself; then the wait is made here.
    private func waitForRoom() {
        var request = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = poll(&request, 1, -1)
    }

    /// Where a failed read or write stood, where that can be told.
    private var place: String {
        let offset = lseek(number, 0, SEEK_CUR)
        return offset >= 0 ? " at byte \(offset)" : ""
    }

    private func call<Result: SignedInteger>(_ verb: String, _ body: () -> Result) throws(ConnectorError) {
        do throws(SystemError) {
            try systemCall(body)
        } catch {
            throw ConnectorError(error, cannot: "\(verb) \(path)")
        }
    }
}

private func systemRead(_ descriptor: Int32, _ memory: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, memory.baseAddress, memory.count)
}

private func systemWrite(_ descriptor: Int32, _ memory: UnsafeRawBufferPointer) -> Int {
    write(descriptor, memory.baseAddress, memory.count)
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
