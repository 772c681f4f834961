package import Foundation
import Synchronization

/// An open file of this process that its children do not inherit. Closed when nobody holds it any more.
package final class Descriptor {
    package let number: Int32
    private var isOpen = true
    /// Held while there is a descriptor that a child would inherit, and while one is started.
    static let opening = Mutex(())

    package init(_ path: String, _ flags: Int32) throws {
        number = open(path, flags | O_CLOEXEC, 0o644)
        if number < 0 { throw TestFailure("cannot open \(path): \(String(cString: strerror(errno)))") }
    }

    private init(number: Int32) {
        self.number = number
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        close()
    }

    package func close() {
        if isOpen { _ = Foundation.close(number) }
        isOpen = false
    }

    /// A pipe; reading from it does not block, writing to it does.
    package static func pipe() throws -> (read: Descriptor, write: Descriptor) {
        try opening.withLock { _ in
            var ends: [Int32] = [-1, -1]
            if Foundation.pipe(&ends) != 0 { throw TestFailure("cannot make a pipe") }
            let read = Descriptor(number: ends[0])
            _ = fcntl(read.number, F_SETFL, O_NONBLOCK)
            return (read, Descriptor(number: ends[1]))
        }
    }

    /// Reads what is at hand.
    ///
    /// - Returns: empty at the end; nil where nothing is there yet
    package func read() throws -> Data? {
        var memory = [UInt8](repeating: 0, count: 256 * 1024)
        let count = Foundation.read(number, &memory, memory.count)
        if count < 0 {
            if errno == EAGAIN || errno == EINTR { return nil }
            throw TestFailure("cannot read: \(String(cString: strerror(errno)))")
        }
        return Data(memory[..<count])
    }

    /// Reads to the end.
    package func readAll(within limit: Duration = .seconds(60)) async throws -> Data {
        var all = Data()
        try await eventually(within: limit, "the end of the output") {
            while let data = try read() {
                if data.isEmpty { return true }
                all += data
            }
            return false
        }
        return all
    }

    package func write(_ text: String) {
        write(Data(text.utf8))
    }

    /// Writes all of it; blocks while there is no room.
    package func write(_ data: Data) {
        data.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Foundation.write(number, rest.baseAddress, rest.count)
                if count <= 0, errno != EINTR { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
            }
        }
    }

    /// How many bytes wait to be read.
    package var available: Int {
        var count: Int32 = 0
        _ = ioctl(number, UInt(FIONREAD), &count)
        return Int(count)
    }
}
