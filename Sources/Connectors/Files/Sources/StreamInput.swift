import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads a stream that may have nothing at hand: a pipe, a terminal, a socket.
struct StreamInput {
    /// What a read brought.
    enum Piece {
        case bytes(Bytes)
        /// Nothing was at hand until the deadline, or the run wants nothing more.
        case nothing
        case end
    }

    private let file: any OpenFile
    private let isRegular: Bool
    private let waiter: DescriptorWaiter?
    private let context: SourceContext
    private let path: FilePath

    init(_ file: any OpenFile, path: FilePath, context: SourceContext) throws(ConnectorError) {
        self.file = file
        self.path = path
        self.context = context
        isRegular = try file.status().kind == .regular
        waiter =
            try file.pollDescriptor == nil
            ? nil : DescriptorWaiter(interrupt: context.interrupt, scheduler: context.scheduler)
    }

    /// Reads what is at hand, after waiting for it until the deadline.
    func next(until deadline: MonotonicTime) throws(ConnectorError) -> Piece {
        while true {
            guard try waitUntilReadable(deadline) else { return .nothing }
            if let piece = try read() { return piece }
            // Somebody else who has the stream was quicker, or it cannot be waited for in the system.
            if waiter == nil {
                let pause = context.scheduler.now.advanced(by: .milliseconds(200))
                guard context.interrupt.wait(until: min(deadline, pause)) else { return .nothing }
            }
            if context.scheduler.now >= deadline { return .nothing }
        }
    }

    private func waitUntilReadable(_ deadline: MonotonicTime) throws(ConnectorError) -> Bool {
        guard let waiter, let descriptor = file.pollDescriptor else { return !context.interrupt.isRaised }
        do throws(SystemError) {
            return try waiter.wait(for: descriptor, until: deadline) == .readable
        } catch {
            throw ConnectorError(error, cannot: "wait for \(path)")
        }
    }

    private func read() throws(ConnectorError) -> Piece? {
        var count: Int?
        let bytes = try BytesBuffer.filled(capacity: capacity) { (memory) throws(ConnectorError) in
            count = try file.read(into: memory)
            return count ?? 0
        }
        return count.map { $0 == 0 ? .end : .bytes(bytes) }
    }

    /// As much room as there is at hand to read: a line typed at a terminal must not hold 64 KiB.
    private var capacity: Int {
        if isRegular { return FilePiece.maximumBytes }
        var atHand: Int32 = 0
        guard let descriptor = file.pollDescriptor, ioctl(descriptor, UInt(FIONREAD), &atHand) == 0 else {
            return 64 * 1024
        }
        return min(max(Int(atHand), 4096), FilePiece.maximumBytes)
    }
}
