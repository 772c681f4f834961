import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("Standard output and error")
struct SinkStandardStreamTests {
    private func output(_ descriptor: Int32, _ framing: OutputFraming = .lines) -> StandardOutput {
        StandardOutput(framing: framing, stream: StandardStream(descriptor: descriptor, name: "standard output"))
    }

    /// Writes into a pipe that is read on another thread.
    private func throughPipe(_ write: (Int32) throws -> Void) throws -> [UInt8] {
        let pipe = try Pipe()
        let box = Guarded([UInt8](), scheduler: SystemScheduler.shared)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let all = pipe.readAll()
            box.withLock { $0 = all }
            done.signal()
        }
        defer { close(pipe.reading) }
        do {
            defer { close(pipe.writing) }
            try write(pipe.writing)
        }
        done.wait()
        return box.withLock { $0 }
    }

    @Test func `what the plan is told`() {
        #expect(StandardOutput().descriptor.confirmation == .write)
        #expect(StandardOutput().descriptor.kind == "StandardOutput")
        #expect(StandardError().descriptor.kind == "StandardError")
        #expect(StandardOutput().descriptor.mayBlock)
        #expect(StandardOutput.chunks.descriptor.kind == "StandardOutput")
    }

    @Test func `lines are written with newlines, raw elements without`() throws {
        for (framing, expected) in [(OutputFraming.lines, "a\nb\n"), (.raw, "ab")] {
            let written = try throughPipe { descriptor in
                var writer = try output(descriptor, framing).opened()
                try writer.write(["a", "b"])
                writer.close(succeeded: true)
            }
            #expect(String(decoding: written, as: UTF8.self) == expected)
        }
    }

    @Test func `chunks are copied`() throws {
        let written = try throughPipe { descriptor in
            let stream = StandardStream(descriptor: descriptor, name: "standard output")
            var writer = try StandardOutputChunks(stream: stream).opened()
            var batch = Batch<StreamChunk>(capacity: 3)
            for (offset, text) in [(0, "ab"), (2, ""), (2, "c\n")] {
                batch.append(StreamChunk(stream: PartitionID(index: 0), offset: Int64(offset), bytes: Bytes(text)))
            }
            try writer.write(batch, SinkAcknowledgement(token: nil, origins: ElementOrigins()))
        }
        #expect(String(decoding: written, as: UTF8.self) == "abc\n")
    }

    // A non-blocking pipe takes a part of what is written, and then nothing (EAGAIN) until it was read.
    @Test func `short writes and a pipe without room lose nothing`() throws {
        let lines = (0..<20_000).map { "line \($0) of a text that is much larger than a pipe" }
        let written = try throughPipe { descriptor in
            #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
            var writer = try output(descriptor).opened()
            for start in stride(from: 0, to: lines.count, by: 5000) { try writer.write(lines[start..<(start + 5000)]) }
        }
        #expect(written.elementsEqual(lines.map { $0 + "\n" }.joined().utf8))
    }

    #if canImport(Glibc)
        // Signals without SA_RESTART interrupt the write (EINTR) at any place.
        @Test func `signals lose nothing`() throws {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in }
            #expect(sigaction(SIGUSR2, &action, nil) == 0)
            let lines = (0..<50_000).map { "line \($0) of a text that is much larger than a pipe" }
            let thread = pthread_self()
            let isDone = Guarded(false, scheduler: SystemScheduler.shared)
            Thread.detachNewThread {
                while isDone.withLock({ isDone in
                    if !isDone { pthread_kill(thread, SIGUSR2) }
                    return !isDone
                }) {
                    sched_yield()
                }
            }
            let written = try throughPipe { descriptor in
                var writer = try output(descriptor).opened()
                for start in stride(from: 0, to: lines.count, by: 5000) {
                    try writer.write(lines[start..<(start + 5000)])
                }
            }
            isDone.withLock { $0 = true }
            #expect(written.elementsEqual(lines.map { $0 + "\n" }.joined().utf8))
        }

    #endif

    // Case 91
    @Test func `a full device is one clear error`() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        var writer = try output(descriptor).opened()
        let error = connectorError { try writer.write(["a"]) }
        #expect(error?.code == .noSpace)
        #expect(error?.message.hasPrefix("cannot write standard output") == true)
        #expect(error?.message.contains("No space left on device") == true)
        writer.close(succeeded: false)
    }

    // Case 92
    @Test func `a reader that goes away is an error and no signal`() throws {
        let pipe = try Pipe()
        defer { close(pipe.writing) }
        var writer = try output(pipe.writing).opened()
        try writer.write(["a"])
        close(pipe.reading)
        #expect(connectorError { try writer.write(["b"]) }?.code == .brokenPipe)
    }

    @Test func `a stream that is closed or only readable is an error at the start`() throws {
        let readable = open("/dev/null", O_RDONLY)
        defer { close(readable) }
        for descriptor in [readable, 9999] {
            let error = connectorError { _ = try output(descriptor).opened() }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("not open for writing") == true)
        }
    }

    @Test func `the stream stays open at the end, and writing before the start is refused`() throws {
        let descriptor = open("/dev/null", O_WRONLY)
        defer { #expect(close(descriptor) == 0) }
        var writer = output(descriptor).makeWriter()
        #expect(connectorError { try writer.write(["a"]) }?.code == .configuration)
        try writer.open(SinkContext(pipeline: "p", stage: "s", scheduler: ManualScheduler()))
        try writer.write(["a"])
        try writer.flush()
        writer.close(succeeded: true)
        #expect(fcntl(descriptor, F_GETFD) >= 0)
    }

    #if canImport(Glibc)
        // Case 86
        @Test func `a handler that the program has for SIGPIPE stays`() throws {
            var before = sigaction()
            #expect(sigaction(SIGPIPE, nil, &before) == 0)
            defer { sigaction(SIGPIPE, &before, nil) }
            signal(SIGPIPE) { _ in }
            var own = sigaction()
            sigaction(SIGPIPE, nil, &own)
            StandardStream.ignoreBrokenPipeSignal()
            var after = sigaction()
            sigaction(SIGPIPE, nil, &after)
            #expect(
                unsafeBitCast(after.__sigaction_handler.sa_handler, to: Int.self)
                    == unsafeBitCast(own.__sigaction_handler.sa_handler, to: Int.self))
        }
    #endif
}
