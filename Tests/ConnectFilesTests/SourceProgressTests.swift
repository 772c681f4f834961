import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

/// How far sources of files say that they have come.
@Suite struct SourceProgressTests {
    let directory: SourceDirectory

    init() throws { directory = try SourceDirectory() }

    private func extent(_ done: Int64, of total: Int64) -> SourceProgress.Extent {
        SourceProgress.Extent(done: done, total: total)
    }

    @Test func `Files one after the other are told in bytes of all, those done before included`() throws {
        try directory.write("12345", to: "a")
        try directory.write("1234567", to: "b")
        var first = try SourceDriver(FileSource(glob: directory.file("*")))
        #expect(first.progress.extent == extent(0, of: 12))
        _ = first.poll(capacity: 1)
        #expect(first.progress.extent == extent(5, of: 12))
        let checkpoint = first.checkpoint
        _ = try first.drain()
        #expect(first.progress.extent == extent(12, of: 12))
        // The first file is done and need not be read again.
        let again = try SourceDriver(FileSource(glob: directory.file("*")), at: checkpoint)
        #expect(again.progress.extent == extent(0, of: 7))
    }

    @Test func `Whole files count as they are read`() throws {
        try directory.write("12345", to: "a")
        var driver = try SourceDriver(FileSource(directory.file("a")).whole())
        #expect(driver.progress.extent == extent(0, of: 5))
        _ = try driver.drain()
        #expect(driver.progress.extent == extent(5, of: 5))
    }

    @Test func `Of files that are followed the total grows`() throws {
        let clock = VirtualScheduler()
        try directory.write("12345", to: "log")
        var driver = try SourceDriver(FileSource(directory.file("log"), follow: true), scheduler: clock)
        #expect(driver.progress.extent == extent(0, of: 5))
        _ = driver.poll(within: .seconds(2))
        #expect(driver.progress.extent == extent(5, of: 5))
        try directory.append("67890", to: "log")
        _ = driver.poll(within: .seconds(2))
        _ = driver.poll(within: .seconds(2))
        #expect(driver.progress.extent == extent(10, of: 10))
    }

    @Test func `Of a pipe nobody knows how much there is`() throws {
        let path = directory.file("fifo")
        #expect(mkfifo(path.description, 0o600) == 0)
        let writer = open(path.description, O_RDWR)
        defer { close(writer) }
        let driver = try SourceDriver(FileSource(path))
        #expect(driver.progress.extent == nil)
    }
}
