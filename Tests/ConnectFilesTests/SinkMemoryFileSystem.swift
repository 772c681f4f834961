import Connect
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@testable import ConnectFiles

/// A file system in memory that tells what is durable from what is not, notes every change, and can fail or crash at
/// any of them.
final class MemoryFileSystem: FileSystem {
    /// What is left after a crash.
    enum Crash: Hashable {
        /// Only what was made durable: the power failed at once.
        case durable
        /// Everything: only the process died.
        case everything
        /// What was made durable, and some of the rest, drawn from a seed.
        case some(seed: UInt64)
    }

    struct Node: Sendable {
        var kind = FileStatus.Kind.regular
        var data: [UInt8] = []
        var durable: [UInt8] = []
        var isLocked = false
    }

    struct State: Sendable {
        var nodes: [Int: Node] = [:]
        var names: [FilePath: Int] = [:]
        /// The names as they were after each change that may still be undone, the durable ones first.
        var history: [[FilePath: Int]] = [[:]]
        var operations: [String] = []
        var failures: [String: ConnectorError] = [:]
        var crashesAt = Int.max
        var count = 0
    }

    let state: Mutex<State>

    init(directories: [FilePath] = ["."]) {
        var state = State()
        for path in directories { state.names[path] = state.add(Node(kind: .directory)) }
        state.history = [state.names]
        self.state = Mutex(state)
    }

    private init(_ state: State) {
        self.state = Mutex(state)
    }

    /// What was changed, in order: `create a`, `write a 5`, `sync a`, `rename a b`, `sync directory .` …
    var operations: [String] { state.withLock { $0.operations } }

    /// How many changes there were.
    var count: Int { state.withLock { $0.count } }

    func clearOperations() { state.withLock { $0.operations = [] } }

    /// Lets every change from the one with a number on (counted from 0) fail, without effect but for half a write.
    func crash(at number: Int) { state.withLock { $0.crashesAt = number } }

    /// Lets a change, named as in ``operations``, fail.
    func fail(_ operation: String, with error: ConnectorError?) { state.withLock { $0.failures[operation] = error } }

    func contents(of path: FilePath) -> String? {
        state.withLock { state in
            state.names[path].flatMap { state.nodes[$0] }.map { String(decoding: $0.data, as: UTF8.self) }
        }
    }

    func put(_ path: FilePath, _ text: String, kind: FileStatus.Kind = .regular) {
        state.withLock { state in
            state.names[path] = state.add(Node(kind: kind, data: Array(text.utf8), durable: Array(text.utf8)))
            state.history = [state.names]
        }
    }

    var fileNames: [FilePath] {
        state.withLock { state in
            state.names.filter { state.nodes[$0.value]?.kind != .directory }.keys.sorted()
        }
    }

    /// What the next process finds.
    func afterCrash(_ crash: Crash) -> MemoryFileSystem {
        var state = state.withLock { $0 }
        switch crash {
        case .durable:
            state.names = state.history[0]
            for number in state.nodes.keys { state.nodes[number]?.revert() }
        case .everything: break
        case .some(let seed):
            var random = SeededGenerator(seed: seed)
            state.names = state.history.randomElement(using: &random) ?? [:]
            for (number, node) in state.nodes.sorted(by: { $0.key < $1.key }) {
                state.nodes[number]?.data = node.survivors(&random)
            }
        }
        for number in state.nodes.keys { state.nodes[number]?.isLocked = false }
        // What only the process has not survived may still be lost by a later failure of the machine.
        if crash != .everything {
            for number in state.nodes.keys { state.nodes[number]?.makeDurable() }
            state.history = [state.names]
        }
        state.crashesAt = .max
        state.count = 0
        state.operations = []
        return MemoryFileSystem(state)
    }

    func open(_ path: FilePath, _ access: FileAccess) throws(ConnectorError) -> any OpenFile {
        if let number = state.withLock({ $0.names[path] }) {
            if access.isExclusive { throw ConnectorError(SystemError(number: EEXIST), cannot: "open \(path)") }
            if state.withLock({ $0.nodes[number]?.kind }) == .directory, access.mode != .read {
                throw ConnectorError(SystemError(number: EISDIR), cannot: "open \(path)")
            }
            return MemoryFile(self, path, number, appends: access.appends)
        }
        guard access.creates else { throw ConnectorError(SystemError(number: ENOENT), cannot: "open \(path)") }
        var number = 0
        try change("create \(path)") { state in
            number = state.add(Node())
            state.names[path] = number
            state.history.append(state.names)
        }
        return MemoryFile(self, path, number, appends: access.appends)
    }

    func status(of path: FilePath, followsLinks: Bool) throws(ConnectorError) -> FileStatus {
        guard let status = state.withLock({ state in state.names[path].flatMap { state.status($0) } }) else {
            throw ConnectorError(SystemError(number: ENOENT), cannot: "look at \(path)")
        }
        return status
    }

    func names(in directory: FilePath) throws(ConnectorError) -> [FilePath] {
        fileNames.filter { $0.directory == directory }.map(\.lastComponent)
    }

    func rename(_ path: FilePath, to newPath: FilePath) throws(ConnectorError) {
        try change("rename \(path) \(newPath)", needing: path) { state in
            state.names[newPath] = state.names.removeValue(forKey: path)
            state.history.append(state.names)
        }
    }

    func remove(_ path: FilePath) throws(ConnectorError) {
        try change("remove \(path)", needing: path) { state in
            state.names[path] = nil
            state.history.append(state.names)
        }
    }

    func createDirectory(_ path: FilePath, permissions: UInt16) throws(ConnectorError) {
        try change("create directory \(path)") { state in
            state.names[path] = state.add(Node(kind: .directory))
            state.history.append(state.names)
        }
    }

    func synchronize(directory: FilePath) throws(ConnectorError) {
        try change("sync directory \(directory)") { $0.history = [$0.names] }
    }

    /// Makes a change, unless it is to fail.
    func change(
        _ operation: String, needing path: FilePath? = nil, torn: (inout State) -> Void = { _ in },
        _ body: (inout State) -> Void
    ) throws(ConnectorError) {
        let error: ConnectorError? = state.withLock { state in
            if let path, state.names[path] == nil {
                return ConnectorError(SystemError(number: ENOENT), cannot: operation)
            }
            if state.count >= state.crashesAt {
                if state.count == state.crashesAt { torn(&state) }
                state.count += 1
                return ConnectorError(ConnectorError.Code("crash"), "the test crashes here")
            }
            if let failure = state.failures[operation] {
                torn(&state)
                return failure
            }
            state.count += 1
            state.operations.append(operation)
            body(&state)
            return nil
        }
        if let error { throw error }
    }
}

extension MemoryFileSystem.State {
    mutating func add(_ node: MemoryFileSystem.Node) -> Int {
        nodes[nodes.count] = node
        return nodes.count - 1
    }

    func status(_ number: Int) -> FileStatus? {
        nodes[number].map { node in
            FileStatus(
                kind: node.kind, size: Int64(node.data.count),
                identity: FileIdentity(device: 1, inode: UInt64(bitPattern: Int64(number))))
        }
    }
}

extension MemoryFileSystem.Node {
    mutating func makeDurable() { durable = data }

    mutating func revert() { data = durable }

    /// What a failure of the machine may leave: the old content, the new, or some of what was added, as zeros or not.
    func survivors(_ random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return durable
        case 1: return data
        default:
            guard data.starts(with: durable) else { return Bool.random(using: &random) ? durable : data }
            let kept = Int.random(in: durable.count...data.count, using: &random)
            let zeros = Int.random(in: 0...(data.count - kept), using: &random)
            return Array(data[..<kept]) + Array(repeating: 0, count: zeros)
        }
    }
}

/// A file of a ``MemoryFileSystem``.
final class MemoryFile: OpenFile {
    private let system: MemoryFileSystem
    private let path: FilePath
    private let number: Int
    private let appends: Bool
    private let place = Mutex<(offset: Int, holdsLock: Bool)>((0, false))

    init(_ system: MemoryFileSystem, _ path: FilePath, _ number: Int, appends: Bool) {
        self.system = system
        self.path = path
        self.number = number
        self.appends = appends
    }

    deinit {
        unlock()
    }

    var pollDescriptor: Int32? { nil }

    func status() throws(ConnectorError) -> FileStatus {
        guard let status = system.state.withLock({ $0.status(number) }) else {
            throw ConnectorError(SystemError(number: EBADF), cannot: "look at \(path)")
        }
        return status
    }

    func read(into memory: UnsafeMutableRawBufferPointer) throws(ConnectorError) -> Int? {
        let offset = place.withLock { $0.offset }
        let data = system.state.withLock { $0.nodes[number]?.data ?? [] }
        let count = max(0, min(memory.count, data.count - offset))
        data[min(offset, data.count)...].prefix(count).withUnsafeBytes { memory.copyMemory(from: $0) }
        place.withLock { $0.offset += count }
        return count
    }

    func seek(to offset: Int64) throws(ConnectorError) {
        place.withLock { $0.offset = Int(offset) }
    }

    func write(_ memory: UnsafeRawBufferPointer) throws(ConnectorError) {
        let bytes = Array(memory)
        try system.change("write \(path) \(bytes.count)") { state in
            self.put(bytes.prefix(bytes.count / 2), &state)
        } _: { state in
            self.put(bytes[...], &state)
        }
    }

    func synchronize() throws(ConnectorError) {
        try system.change("sync \(path)") { $0.nodes[self.number]?.makeDurable() }
    }

    func synchronizeData() throws(ConnectorError) {
        try system.change("sync data \(path)") { $0.nodes[self.number]?.makeDurable() }
    }

    func truncate(to size: Int64) throws(ConnectorError) {
        try system.change("truncate \(path) \(size)") { state in
            let data = state.nodes[self.number]?.data ?? []
            state.nodes[self.number]?.data =
                Array(data.prefix(Int(size))) + Array(repeating: 0, count: max(0, Int(size) - data.count))
        }
    }

    func lock() throws(ConnectorError) {
        let isFree = system.state.withLock { state in
            defer { state.nodes[number]?.isLocked = true }
            return state.nodes[number]?.isLocked == false
        }
        if !isFree { throw ConnectorError(.locked, "\(path) is locked") }
        place.withLock { $0.holdsLock = true }
    }

    func close() throws(ConnectorError) {
        unlock()
    }

    private func unlock() {
        let held = place.withLock { place in
            defer { place.holdsLock = false }
            return place.holdsLock
        }
        if held { system.state.withLock { $0.nodes[number]?.isLocked = false } }
    }

    private func put(_ bytes: ArraySlice<UInt8>, _ state: inout MemoryFileSystem.State) {
        var data = state.nodes[number]?.data ?? []
        let start = appends ? data.count : min(place.withLock { $0.offset }, data.count)
        data.replaceSubrange(start..<min(data.count, start + bytes.count), with: bytes)
        place.withLock { $0.offset = start + bytes.count }
        state.nodes[number]?.data = data
    }
}

/// Random numbers from a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
