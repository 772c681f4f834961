import Connect
import Foundation
import Testing

@testable import ConnectFiles

@Suite("Checkpoint store in a directory")
struct CheckpointStoreTests {
    private func checkpoint(_ offset: Int64, pipeline: String = "orders") -> Checkpoint {
        Checkpoint(pipeline: pipeline, positions: ["file": [Position(partition: "a.log", offset: offset)]])
    }

    // S-ACK-8
    @Test func `the first run finds nothing, the next one what was saved last`() throws {
        let directory = try TemporaryDirectory()
        for offset in 1...3 {
            let store = DirectoryCheckpointStore(directory.file("state"))
            #expect(try store.open(pipeline: "orders") == (offset == 1 ? nil : checkpoint(Int64(offset - 1) * 10)))
            try store.save(checkpoint(Int64(offset)))
            try store.save(checkpoint(Int64(offset) * 10))
            store.close()
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path + "/state").sorted()
                == ["orders.checkpoint", "orders.lock"])
    }

    // case 49
    @Test func `a checkpoint is written aside, made durable, renamed, and its name made durable`() throws {
        let files = MemoryFileSystem(directories: ["state"])
        let store = DirectoryCheckpointStore("state", fileSystem: files)
        _ = try store.open(pipeline: "orders")
        files.clearOperations()
        try store.save(checkpoint(1))
        let count = CheckpointText.encode(checkpoint(1)).count
        #expect(
            files.operations == [
                "create state/orders.checkpoint.temporary", "write state/orders.checkpoint.temporary \(count)",
                "sync state/orders.checkpoint.temporary",
                "rename state/orders.checkpoint.temporary state/orders.checkpoint", "sync directory state",
            ])
    }

    // case 14
    @Test func `an unchanged checkpoint is not written again`() throws {
        let files = MemoryFileSystem(directories: ["state"])
        let store = DirectoryCheckpointStore("state", fileSystem: files)
        _ = try store.open(pipeline: "orders")
        try store.save(checkpoint(1))
        files.clearOperations()
        try store.save(checkpoint(1))
        #expect(files.operations == [])
    }

    // S-ACK-6, S-ACK-8: whatever the crash, the last checkpoint or the one being saved is there, whole.
    @Test func `after a crash at any change one of the last two checkpoints is there`() throws {
        var number = 0
        while true {
            let files = MemoryFileSystem(directories: ["."])
            files.crash(at: number)
            var saved: Int64 = 0
            let store = DirectoryCheckpointStore("state", fileSystem: files)
            do {
                _ = try store.open(pipeline: "orders")
                for offset in 1...3 {
                    try store.save(checkpoint(Int64(offset)))
                    saved = Int64(offset)
                }
            } catch {}
            if saved == 3 { break }
            for crash in [MemoryFileSystem.Crash.durable, .everything] + (0..<20).map({ .some(seed: $0) }) {
                let next = DirectoryCheckpointStore("state", fileSystem: files.afterCrash(crash))
                let found = try next.open(pipeline: "orders")
                let allowed = [saved == 0 ? nil : checkpoint(saved), checkpoint(saved + 1)]
                #expect(allowed.contains(found), "change \(number), \(crash)")
                try next.save(checkpoint(99))
            }
            number += 1
        }
        #expect(number > 15)
    }

    // case 52
    @Test(arguments: ["create", "write", "sync", "rename"])
    func `a full device is reported and leaves the old checkpoint whole`(operation: String) throws {
        let files = MemoryFileSystem(directories: ["state"])
        let store = DirectoryCheckpointStore("state", fileSystem: files)
        _ = try store.open(pipeline: "orders")
        try store.save(checkpoint(1))
        files.clearOperations()
        try store.save(checkpoint(2))
        let failing = try #require(files.operations.first { $0.hasPrefix(operation) })
        files.fail(failing, with: ConnectorError(SystemError(number: ENOSPC), cannot: failing))
        let error = connectorError { try store.save(checkpoint(3)) }
        #expect(error?.code == .noSpace)
        #expect(error?.message.contains("was not stored") == true)
        #expect(files.contents(of: "state/orders.checkpoint") == CheckpointText.encode(checkpoint(2)).description)
        #expect(files.fileNames == ["state/orders.checkpoint", "state/orders.lock"])
        files.fail(failing, with: nil)
        try store.save(checkpoint(3))
        #expect(files.contents(of: "state/orders.checkpoint") == CheckpointText.encode(checkpoint(3)).description)
    }

    // Rule 4: EIO from fsync means not durable.
    @Test func `a name that is not durable is an error, and the next save writes again`() throws {
        let files = MemoryFileSystem(directories: ["state"])
        let store = DirectoryCheckpointStore("state", fileSystem: files)
        _ = try store.open(pipeline: "orders")
        files.fail("sync directory state", with: ConnectorError(SystemError(number: EIO), cannot: "sync"))
        #expect(connectorError { try store.save(checkpoint(1)) }?.code == .inputOutput)
        files.fail("sync directory state", with: nil)
        files.clearOperations()
        try store.save(checkpoint(1))
        #expect(files.operations.last == "sync directory state")
    }

    // S-ACK-8
    @Test func `a damaged, foreign or newer checkpoint is refused by name and left alone`() throws {
        let directory = try TemporaryDirectory()
        let whole = CheckpointText.encode(checkpoint(1))
        let cases: [(Bytes, ConnectorError.Code)] = [
            (Bytes(), .damagedCheckpoint), (whole[0..<20], .damagedCheckpoint), ("hello\n", .damagedCheckpoint),
            (CheckpointText.encode(checkpoint(1, pipeline: "other")), .foreignCheckpoint),
            ("connect checkpoint 2\n", .newerCheckpoint),
        ]
        for (text, code) in cases {
            let path = directory.path + "/orders.checkpoint"
            directory.put("orders.checkpoint", text)
            let store = DirectoryCheckpointStore(FilePath(directory.path))
            let error = connectorError { _ = try store.open(pipeline: "orders") }
            #expect(error?.code == code)
            #expect(error?.message.contains(path) == true)
            #expect(FileManager.default.contents(atPath: path) == Data(text))
            store.close()
        }
    }

    // case 3
    @Test func `a second holder is refused and told who holds it, until the first one is gone`() throws {
        let directory = try TemporaryDirectory()
        let first = DirectoryCheckpointStore(FilePath(directory.path))
        _ = try first.open(pipeline: "orders")
        let error = connectorError {
            _ = try DirectoryCheckpointStore(FilePath(directory.path)).open(pipeline: "orders")
        }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("\(getpid())") == true)
        let other = DirectoryCheckpointStore(FilePath(directory.path))
        _ = try other.open(pipeline: "payments")
        first.close()
        let second = DirectoryCheckpointStore(FilePath(directory.path))
        _ = try second.open(pipeline: "orders")
    }

    // case 55
    @Test func `a directory that cannot be used is an error at the start`() throws {
        let directory = try TemporaryDirectory()
        directory.put("file", [])
        #expect(symlink("circle", directory.path + "/circle") == 0)
        #expect(mkdir(directory.path + "/taken.checkpoint", 0o700) == 0)
        #expect(mkfifo(directory.path + "/pipe.checkpoint", 0o600) == 0)
        #expect(mkfifo(directory.path + "/held.lock", 0o600) == 0)
        let cases: [(String, String, ConnectorError.Code)] = [
            ("/file", "orders", .configuration), ("/file/below", "orders", .configuration),
            ("/circle", "orders", .configuration), ("", "taken", .configuration), ("", "pipe", .configuration),
            ("", "held", .configuration), ("", String(repeating: "x", count: 201), .configuration),
        ]
        let start = ContinuousClock.now
        for (place, pipeline, code) in cases {
            let store = DirectoryCheckpointStore(FilePath(directory.path + place))
            #expect(connectorError { _ = try store.open(pipeline: pipeline) }?.code == code, "\(place) \(pipeline)")
        }
        #expect(start.duration(to: .now) < .seconds(1))
    }

    // case 55
    @Test(arguments: [EROFS, EACCES]) func `a directory that cannot be written is an error at the start`(
        number: Int32
    ) throws {
        for operation in ["create state/orders.lock", "create state/orders.checkpoint.temporary"] {
            let files = MemoryFileSystem(directories: ["state"])
            files.fail(operation, with: ConnectorError(SystemError(number: number), cannot: operation))
            let store = DirectoryCheckpointStore("state", fileSystem: files)
            #expect(connectorError { _ = try store.open(pipeline: "orders") }?.code == .notPermitted)
        }
    }

    @Test func `missing directories are created, durably and for this user only`() throws {
        let directory = try TemporaryDirectory()
        let store = DirectoryCheckpointStore(directory.file("a/b/c"))
        _ = try store.open(pipeline: "orders")
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/a/b/c")
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        let files = MemoryFileSystem()
        _ = try DirectoryCheckpointStore("a/b", fileSystem: files).open(pipeline: "orders")
        #expect(
            files.operations.prefix(4) == [
                "create directory a", "sync directory .", "create directory a/b", "sync directory a",
            ])
    }

    @Test func `saving for a pipeline that is not open is refused`() throws {
        let files = MemoryFileSystem(directories: ["state"])
        let store = DirectoryCheckpointStore("state", fileSystem: files)
        #expect(connectorError { try store.save(checkpoint(1)) }?.code == .configuration)
        _ = try store.open(pipeline: "orders")
        #expect(connectorError { try store.save(checkpoint(1, pipeline: "other")) }?.code == .configuration)
        store.close()
        #expect(connectorError { try store.save(checkpoint(1)) }?.code == .configuration)
    }

    @Test func `a checkpoint beyond the limit is neither read nor written`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/orders.checkpoint"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(truncate(path, off_t(AtomicFile.sizeLimit + 1)) == 0)
        let store = DirectoryCheckpointStore(FilePath(directory.path))
        #expect(connectorError { _ = try store.open(pipeline: "orders") }?.code == .limitExceeded)
    }

    // case 77, case 102
    @Test(arguments: ["a/b", "..", ".", "-n", "naïve 𝕏", "line\nbreak", "%2F"])
    func `any pipeline name is a file of its own`(name: String) throws {
        let directory = try TemporaryDirectory()
        let store = DirectoryCheckpointStore(FilePath(directory.path))
        _ = try store.open(pipeline: name)
        try store.save(checkpoint(1, pipeline: name))
        store.close()
        #expect(directory.names.count == 2)
        #expect(
            try DirectoryCheckpointStore(FilePath(directory.path)).open(pipeline: name) == checkpoint(1, pipeline: name)
        )
    }
}
