import Foundation
import Logging
import Synchronization

@testable import Connect
@testable import ConnectFiles

/// A directory that is deleted with the object.
final class SourceDirectory: Sendable {
    let path: FilePath

    init() throws {
        var template = Array("/tmp/connect-source-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last }
        path = FilePath(bytes: template.dropLast().map { UInt8(bitPattern: $0) })
    }

    deinit {
        try? FileManager.default.removeItem(atPath: String(decoding: path.bytes, as: UTF8.self))
    }

    func file(_ name: FilePath) -> FilePath { path.appending(name) }

    @discardableResult
    func write(_ text: String, to name: FilePath) throws -> FilePath {
        let file = try POSIXFileSystem().open(
            self.file(name), FileAccess(.write, creates: true, truncates: true))
        try file.write(text)
        try file.close()
        return self.file(name)
    }

    func append(_ text: String, to name: FilePath) throws {
        let file = try POSIXFileSystem().open(self.file(name), FileAccess(.write, creates: true, appends: true))
        try file.write(text)
        try file.close()
    }

    func rename(_ name: FilePath, to newName: FilePath) throws {
        try POSIXFileSystem().rename(file(name), to: file(newName))
    }

    func remove(_ name: FilePath) throws {
        try POSIXFileSystem().remove(file(name))
    }

    func truncate(_ name: FilePath, to size: Int64) throws {
        try POSIXFileSystem().open(file(name), FileAccess(.write)).truncate(to: size)
    }

    func createDirectory(_ name: FilePath) throws {
        try POSIXFileSystem().createDirectory(file(name), permissions: 0o777)
    }

    func link(_ name: FilePath, to target: String) throws {
        let path = String(decoding: file(name).bytes, as: UTF8.self)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    func makePipe(_ name: FilePath) throws -> FilePath {
        let path = String(decoding: file(name).bytes, as: UTF8.self)
        try systemCall { mkfifo(path, 0o600) }
        return file(name)
    }

    func position(_ name: FilePath, _ offset: Int64, isComplete: Bool = false) throws -> Position {
        let file = try POSIXFileSystem().open(self.file(name), .reading)
        let status = try file.status()
        var known = KnownFile(identity: status.identity)
        if status.kind == .regular { known.beginning = try KnownFile.Beginning(of: file, nextReadAt: 0) }
        return Position(
            partition: self.file(name).percentEncoded, offset: offset, isComplete: isComplete,
            detail: known.description)
    }
}

extension SourceDirectory {
    /// Whether positions name these files, and no others, at these offsets.
    func agrees(_ positions: [Position], _ expected: [(name: FilePath, offset: Int64)]) throws -> Bool {
        try positions.count == expected.count
            && expected.allSatisfy { name, offset in
                let file = try POSIXFileSystem().open(self.file(name), .reading)
                let position = positions.first { $0.partition == self.file(name).percentEncoded }
                guard let position, let known = KnownFile(detail: position.detail) else { return false }
                return try position.offset == offset
                    && known.isSame(as: file, try file.status().identity, nextReadAt: 0)
            }
    }
}

extension OpenFile {
    func write(_ text: String) throws {
        var copy = text
        try copy.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }
}

/// A clock that is moved by those who wait, and does what the test has planned for the time in between. For one thread.
final class VirtualScheduler: Scheduler, Simulation {
    private struct State {
        var now: UInt64 = 1_000_000_000
        var events: [(time: UInt64, action: @Sendable () throws -> Void)] = []
        var failure: (any Error)?
    }

    private let state = Mutex(State())

    var now: MonotonicTime { state.withLock { MonotonicTime(nanoseconds: $0.now) } }
    var simulation: (any Simulation)? { self }
    var failure: (any Error)? { state.withLock { $0.failure } }

    func spawn(name: String, _ body: sending @escaping () -> Void) { body() }

    func willLock() {}

    func signal(_ condition: ObjectIdentifier, all: Bool) {}

    /// Plans an action for a time after now.
    func after(_ delay: Duration, _ action: @escaping @Sendable () throws -> Void) {
        state.withLock { state in
            state.events.append((state.now + delay.wholeNanoseconds, action))
            state.events.sort { $0.time < $1.time }
        }
    }

    func wait(on condition: ObjectIdentifier, until deadline: MonotonicTime) {
        let action: (@Sendable () throws -> Void)? = state.withLock { state in
            guard let next = state.events.first, next.time <= deadline.nanoseconds else {
                state.now = max(state.now, deadline.nanoseconds)
                return nil
            }
            state.now = max(state.now, next.time)
            return state.events.removeFirst().action
        }
        do {
            try action?()
        } catch {
            state.withLock { $0.failure = error }
        }
    }
}

/// Numbers partitions and remembers what it was asked.
final class RecordingPartitions: PartitionRegistry {
    struct Begun: Sendable, Hashable {
        var name: String
        var detail: String
        var isRenewed: Bool
    }

    private let state = Mutex<[Begun]>([])

    var begun: [Begun] { state.withLock { $0 } }

    func name(_ partition: PartitionID) -> String { state.withLock { $0[partition.index].name } }

    func partition(named name: String, detail: String) -> PartitionID {
        state.withLock { begun in
            if let index = begun.lastIndex(where: { $0.name == name }) { return PartitionID(index: index) }
            begun.append(Begun(name: name, detail: detail, isRenewed: false))
            return PartitionID(index: begun.count - 1)
        }
    }

    func name(of partition: PartitionID) -> String? { name(partition) }

    func revoke(_ name: String, timeout: Duration) -> Bool { true }

    func renew(_ name: String, detail: String) -> PartitionID {
        state.withLock { begun in
            begun.append(Begun(name: name, detail: detail, isRenewed: true))
            return PartitionID(index: begun.count - 1)
        }
    }
}

/// Collects what is logged.
struct RecordingLog: LogHandler {
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(_ lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.message)") }
}

/// Polls a reader as a run would.
struct SourceDriver<S: Source> {
    struct Result {
        var poll = SourcePoll.ready
        var elements: [S.Element] = []
        var failure: (any Error)?
    }

    let partitions = RecordingPartitions()
    let progress = SourceProgress()
    let scheduler: any Scheduler
    let interrupt: Interrupt
    let log = RecordingLog.Lines()
    private(set) var reader: S.Reader
    /// Where a checkpoint would go on, by the partition's name.
    private(set) var positions: [String: Position]

    init(_ source: S, at positions: [Position] = [], scheduler: any Scheduler = VirtualScheduler()) throws {
        self.scheduler = scheduler
        self.positions = Dictionary(uniqueKeysWithValues: positions.map { ($0.partition, $0) })
        interrupt = Interrupt(scheduler: scheduler)
        reader = try source.makeReader()
        let log = log
        try reader.open(
            SourceContext(
                pipeline: "test", stage: "source", positions: positions, scheduler: scheduler, interrupt: interrupt,
                logger: Logger(label: "test") { _ in RecordingLog(log) }, partitions: partitions,
                progress: progress))
    }

    mutating func poll(capacity: Int = 1024, within wait: Duration = .zero) -> Result {
        var batch = SourceBatch<S.Element>(capacity: capacity)
        var result = Result()
        do {
            result.poll = try reader.poll(into: &batch, deadline: scheduler.now.advanced(by: wait))
        } catch {
            result.failure = error
        }
        for index in 0..<batch.count { result.elements.append(batch.batch[index]) }
        for run in batch.runs {
            guard let offset = run.position(below: batch.count) else { continue }
            let begun = partitions.begun[run.partition.index]
            positions[begun.name] = Position(
                partition: begun.name, offset: offset, isComplete: run.isComplete, detail: begun.detail)
        }
        return result
    }

    /// Polls until the source ends.
    mutating func drain(capacity: Int = 1024) throws -> [S.Element] {
        var all: [S.Element] = []
        while true {
            let result = poll(capacity: capacity)
            all += result.elements
            if let failure = result.failure { throw failure }
            if result.poll == .ended { return all }
            if result.poll == .idle, result.elements.isEmpty, scheduler is VirtualScheduler { return all }
        }
    }

    /// What a restart would be given.
    var checkpoint: [Position] { positions.values.sorted { $0.partition < $1.partition } }
}

extension SourceDriver where S.Element == StreamChunk {
    /// The bytes of each stream that was begun, as `name: text`, with `|` where it ended.
    mutating func texts(within wait: Duration = .zero, capacity: Int = 1024) throws -> [String] {
        var texts: [Int: String] = [:]
        let end = scheduler.now.advanced(by: wait)
        while true {
            let result = poll(capacity: capacity, within: end.elapsed(since: scheduler.now))
            if let failure = result.failure { throw failure }
            if let failure = (scheduler as? VirtualScheduler)?.failure { throw failure }
            for chunk in result.elements {
                texts[chunk.stream.index, default: ""] += chunk.bytes.description + (chunk.isLast ? "|" : "")
            }
            if result.poll == .ended || (result.poll == .idle && scheduler.now >= end) { break }
        }
        return texts.sorted { $0.key < $1.key }.map { stream, text in
            let name = FilePath(percentEncoded: partitions.begun[stream].name)?.lastComponent
            return "\(name?.description ?? "?"): \(text)"
        }
    }
}

/// The machine's files with faults.
struct FaultyFileSystem: FileSystem {
    enum Fault: Sendable {
        /// A read at or behind this byte fails with the error.
        case read(atByte: Int64, Int32)
        /// Opening fails with the error.
        case open(Int32)
        /// No read brings more than so many bytes.
        case shortReads(Int)
    }

    let fault: Fault
    let path: FilePath
    /// Whether the fault is there; it may come and go.
    let isActive = Switch()

    final class Switch: Sendable {
        private let state = Atomic<Bool>(true)
        var isOn: Bool { state.load(ordering: .relaxed) }
        func turn(_ isOn: Bool) { state.store(isOn, ordering: .relaxed) }
    }

    private let real = POSIXFileSystem()

    init(_ fault: Fault, at path: FilePath) {
        self.fault = fault
        self.path = path
    }

    func open(_ path: FilePath, _ access: FileAccess) throws(ConnectorError) -> any OpenFile {
        if isActive.isOn, path == self.path, case .open(let number) = fault {
            throw ConnectorError(SystemError(number: number), cannot: "open \(path)")
        }
        let file = try real.open(path, access)
        return path == self.path ? FaultyFile(file, self) : file
    }

    func status(of path: FilePath, followsLinks: Bool) throws(ConnectorError) -> FileStatus {
        try real.status(of: path, followsLinks: followsLinks)
    }

    func names(in directory: FilePath) throws(ConnectorError) -> [FilePath] { try real.names(in: directory) }
    func rename(_ path: FilePath, to newPath: FilePath) throws(ConnectorError) { try real.rename(path, to: newPath) }
    func remove(_ path: FilePath) throws(ConnectorError) { try real.remove(path) }
    func createDirectory(_ path: FilePath, permissions: UInt16) throws(ConnectorError) {
        try real.createDirectory(path, permissions: permissions)
    }
    func synchronize(directory: FilePath) throws(ConnectorError) { try real.synchronize(directory: directory) }
}

private final class FaultyFile: OpenFile {
    private let file: any OpenFile
    private let system: FaultyFileSystem
    private let offset = Atomic<Int64>(0)

    init(_ file: any OpenFile, _ system: FaultyFileSystem) {
        self.file = file
        self.system = system
    }

    var pollDescriptor: Int32? { nil }

    func status() throws(ConnectorError) -> FileStatus { try file.status() }

    func read(into memory: UnsafeMutableRawBufferPointer) throws(ConnectorError) -> Int? {
        var room = memory
        let start = offset.load(ordering: .relaxed)
        switch system.fault {
        case .read(let byte, let number) where system.isActive.isOn:
            if start >= byte {
                throw ConnectorError(SystemError(number: number), cannot: "read \(system.path) at byte \(start)")
            }
            room = UnsafeMutableRawBufferPointer(rebasing: memory.prefix(Int(byte - start)))
        case .shortReads(let most):
            room = UnsafeMutableRawBufferPointer(rebasing: memory.prefix(most))
        default:
            break
        }
        let count = try file.read(into: room)
        offset.store(start + Int64(count ?? 0), ordering: .relaxed)
        return count
    }

    func seek(to offset: Int64) throws(ConnectorError) {
        try file.seek(to: offset)
        self.offset.store(offset, ordering: .relaxed)
    }

    func write(_ memory: UnsafeRawBufferPointer) throws(ConnectorError) { try file.write(memory) }
    func synchronize() throws(ConnectorError) { try file.synchronize() }
    func truncate(to size: Int64) throws(ConnectorError) { try file.truncate(to: size) }
    func lock() throws(ConnectorError) { try file.lock() }
    func close() throws(ConnectorError) { try file.close() }
}

func code(of error: (any Error)?) -> ConnectorError.Code? { (error as? ConnectorError)?.code }
