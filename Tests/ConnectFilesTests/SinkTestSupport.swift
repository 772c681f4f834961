import ConnectFiles
import Foundation
import Synchronization
import Testing

@testable import Connect

/// A clock that stands still until it is moved.
final class ManualScheduler: Scheduler {
    private let time = Mutex(MonotonicTime(nanoseconds: 1_000_000_000))

    var now: MonotonicTime { time.withLock { $0 } }
    var simulation: (any Simulation)? { nil }

    func spawn(name: String, _ body: sending @escaping () -> Void) { body() }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// A batch of texts, as elements in the shared buffer or (where they are large) beside it.
func makeBatch(_ elements: some Collection<String>, endsUnterminated: Bool = false) -> Batch<Bytes> {
    var batch = Batch<Bytes>(capacity: max(1, elements.count))
    for element in elements { batch.append(Bytes(element)) }
    batch.endsUnterminated = endsUnterminated
    return batch
}

extension SinkWriter where Input == Bytes {
    mutating func write(_ elements: some Collection<String>, endsUnterminated: Bool = false) throws {
        try write(makeBatch(elements, endsUnterminated: endsUnterminated))
    }

    mutating func write(_ batch: borrowing Batch<Bytes>) throws {
        try write(batch, SinkAcknowledgement(token: nil, origins: ElementOrigins()))
    }
}

extension Sink {
    /// A writer that was opened.
    func opened(pipeline: String = "orders", scheduler: any Scheduler = ManualScheduler()) throws -> Writer {
        var writer = try makeWriter()
        try writer.open(SinkContext(pipeline: pipeline, stage: "sink", scheduler: scheduler))
        return writer
    }
}

/// A directory of the machine that is removed at the end.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/connect-files-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError(number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> FilePath { FilePath(path + "/" + name) }

    func put(_ name: String, _ bytes: some Sequence<UInt8>) {
        #expect(FileManager.default.createFile(atPath: path + "/" + name, contents: Data(bytes)))
    }

    func contents(_ name: String) -> String? {
        FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
    }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// The error of a connector that a closure throws; another one, or none, is an issue.
func connectorError(
    _ location: Testing.SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> ConnectorError? {
    do {
        try body()
        Issue.record("nothing was thrown", sourceLocation: location)
    } catch let error as ConnectorError {
        return error
    } catch {
        Issue.record("an error of another type was thrown: \(error)", sourceLocation: location)
    }
    return nil
}

/// Both ends of a pipe.
struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError(number: errno) }
        (reading, writing) = (ends[0], ends[1])
    }

    /// Reads to the end of the stream.
    func readAll() -> [UInt8] {
        var all: [UInt8] = []
        var memory = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(reading, &memory, memory.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return all }
            all += memory[..<count]
        }
    }
}
