import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite struct `Standard input` {
    /// A pipe whose reading end takes the place of standard input.
    final class Pipe {
        let readEnd: Int32
        private var writeEnd: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try systemCall { pipe(&ends) }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        deinit {
            closeWriteEnd()
            close(readEnd)
        }

        func write(_ text: String) throws {
            let end = writeEnd
            try systemCall { Foundation.write(end, text, text.utf8.count) }
        }

        func closeWriteEnd() {
            if writeEnd >= 0 { close(writeEnd) }
            writeEnd = -1
        }
    }

    @Test func `gives what is at hand, then the end`() throws {
        let pipe = try Pipe()
        var driver = try SourceDriver(StandardInput(descriptor: pipe.readEnd))
        try pipe.write("one\ntw")
        let first = driver.poll()
        #expect(first.elements.map(\.bytes.description) == ["one\ntw"] && first.poll == .ready)
        #expect(driver.poll().poll == .idle)
        try pipe.write("o")
        pipe.closeWriteEnd()
        let second = driver.poll()
        #expect(second.elements.map(\.bytes.description) == ["o"] && second.elements.map(\.offset) == [6])
        let third = driver.poll()
        #expect(third.elements.map(\.isLast) == [true] && third.poll == .ended)
        #expect(driver.poll().poll == .ended)
    }

    @Test func `ends a wait without a deadline when the run is interrupted`() throws {
        // S-END-4
        let pipe = try Pipe()
        var driver = try SourceDriver(StandardInput(descriptor: pipe.readEnd), scheduler: SystemScheduler.shared)
        let interrupt = driver.interrupt
        SystemScheduler.shared.spawn(name: "interrupter") { interrupt.raise() }
        let result = driver.poll(within: .seconds(3600))
        #expect(result.poll == .idle && result.elements.isEmpty)
    }

    @Test func `reads nothing after the interrupt, though bytes are at hand`() throws {
        let pipe = try Pipe()
        try pipe.write("late")
        var driver = try SourceDriver(StandardInput(descriptor: pipe.readEnd))
        driver.interrupt.raise()
        #expect(driver.poll().elements.isEmpty)
    }

    @Test func `returns at the deadline`() throws {
        let pipe = try Pipe()
        var driver = try SourceDriver(StandardInput(descriptor: pipe.readEnd), scheduler: SystemScheduler.shared)
        let start = SystemScheduler.shared.now
        #expect(driver.poll(within: .milliseconds(20)).poll == .idle)
        let waited = SystemScheduler.shared.now.elapsed(since: start)
        #expect(waited >= .milliseconds(20) && waited < .seconds(10))
    }

    @Test func `reads a file and an empty device`() throws {
        let directory = try SourceDirectory()
        let path = try directory.write(String(repeating: "x", count: 100_000), to: "file")
        for (name, expected) in [(path, [65_536, 34_464, 0]), ("/dev/null", [0])] {
            let file = try POSIXFileSystem().open(name, .reading)
            var driver = try SourceDriver(StandardInput(descriptor: try #require(file.pollDescriptor)))
            #expect(try driver.drain().map(\.bytes.count) == expected)
            try file.close()
        }
    }

    @Test func `refuses a descriptor that is closed, and a directory`() throws {
        var error = #expect(throws: ConnectorError.self) { _ = try SourceDriver(StandardInput(descriptor: 9999)) }
        #expect(error?.message.contains("standard input") == true)
        let file = try POSIXFileSystem().open("/", .reading)
        let number = try #require(file.pollDescriptor)
        error = #expect(throws: ConnectorError.self) { _ = try SourceDriver(StandardInput(descriptor: number)) }
        #expect(error?.code == .configuration)
        try file.close()
    }

    @Test func `cannot be resumed`() {
        #expect(
            StandardInput().descriptor
                == SourceDescriptor(kind: "StandardInput", isBounded: true, resumption: .none))
    }
}

@Suite struct `Named pipes` {
    @Test func `are read like files, wait for their writer and go on counting after a restart`() throws {
        let directory = try SourceDirectory()
        let path = try directory.makePipe("pipe")
        var driver = try SourceDriver(
            FileSource([try directory.write("first", to: "file"), path]),
            at: [try directory.position("pipe", 100, isComplete: true)])
        #expect(driver.poll().elements.map(\.bytes.description) == ["first"])
        #expect(driver.poll().poll == .idle)
        let writer = try POSIXFileSystem().open(path, FileAccess(.write))
        try writer.write("text")
        #expect(driver.poll().elements.map(\.offset) == [100])
        #expect(driver.poll().poll == .idle)
        try writer.close()
        let last = driver.poll()
        #expect(last.elements.map(\.isLast) == [true] && last.poll == .ended)
    }

    @Test func `do not hold up an interrupt`() throws {
        let directory = try SourceDirectory()
        var driver = try SourceDriver(
            FileSource(try directory.makePipe("pipe")), scheduler: SystemScheduler.shared)
        let interrupt = driver.interrupt
        SystemScheduler.shared.spawn(name: "interrupter") { interrupt.raise() }
        #expect(driver.poll(within: .seconds(3600)).poll == .idle)
    }
}

@Suite struct `System calls` {
    @Test func `are made again when a signal interrupts them`() throws {
        var calls = 0
        let result: Int = try systemCall {
            calls += 1
            errno = EINTR
            return calls < 3 ? -1 : 7
        }
        #expect(result == 7 && calls == 3)
    }

    @Test func `give their error otherwise`() {
        #expect(throws: SystemError(number: EIO)) {
            try systemCall { () -> Int in
                errno = EIO
                return -1
            }
        }
    }

    @Test func `on a closed file fail and never reach another one`() throws {
        let file = try POSIXFileSystem().open("/dev/null", .reading)
        try file.close()
        try file.close()
        let error = #expect(throws: ConnectorError.self) { try file.status() }
        #expect(error?.cause as? SystemError == SystemError(number: EBADF))
    }

    @Test func `lock a file against every other opening`() throws {
        let directory = try SourceDirectory()
        let path = try directory.write("", to: "file")
        let one = try POSIXFileSystem().open(path, FileAccess(.write))
        try one.lock()
        let other = try POSIXFileSystem().open(path, FileAccess(.write))
        let error = #expect(throws: ConnectorError.self) { try other.lock() }
        #expect(error?.code == .locked)
        try one.close()
        try other.lock()
    }

    @Test func `a lock ends with its file, though a child that has just been started shares the descriptor`() throws {
        let directory = try SourceDirectory()
        let path = try directory.write("", to: "file")
        let file = try POSIXFileSystem().open(path, FileAccess(.write))
        try file.lock()
        // What a child has until it becomes another program.
        let shared = dup(try #require(file.pollDescriptor))
        defer { close(shared) }
        try file.close()
        try POSIXFileSystem().open(path, FileAccess(.write)).lock()
    }
}
