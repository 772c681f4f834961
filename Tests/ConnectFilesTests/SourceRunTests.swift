import Connect
import ConnectFiles
import Testing

@Suite struct `Runs over files` {
    private let directory: SourceDirectory
    private let checkpoints = MemoryCheckpointStore()

    init() throws { directory = try SourceDirectory() }

    /// Follows `log*` as lines until so many have come, and does something at some of them.
    private func lines(
        _ count: Int, at actions: [String: @Sendable (SourceDirectory) throws -> Void] = [:]
    ) async throws -> [String] {
        let directory = directory
        let sink = CollectSink<String>()
        _ = try await Pipeline("follow")
            .root(FileSource(glob: directory.file("log*"), follow: true).lines())
            .map { (line: Bytes) -> String in
                try actions[line.description]?(directory)
                return line.description
            }
            .limit(count)
            .to(sink)
            .run(RunOptions(checkpoints: checkpoints))
        return sink.elements
    }

    @Test func `follow log files through rotations and restarts, each line once`() async throws {
        // S-ACK-6, S-END-3
        try directory.write("1\n2\n3", to: "log")
        let first = try await lines(
            5,
            at: [
                // The line that was begun is ended after its file was renamed.
                "2": { directory in
                    try directory.rename("log", to: "log.1")
                    try directory.append("3\n4", to: "log.1")
                    try directory.write("5\n6\n", to: "log")
                }
            ])
        #expect(first == ["1", "2", "33", "4", "5"])
        try directory.rename("log.1", to: "log.2")
        try directory.rename("log", to: "log.1")
        try directory.write("7\n", to: "log")
        let second = try await lines(2)
        #expect(second.sorted() == ["6", "7"])
        try directory.append("8\n", to: "log")
        let third = try await lines(2, at: ["8": { try $0.append("9\n", to: "log") }])
        #expect(third == ["8", "9"])
    }

    @Test func `end at the limit in the middle of a file and go on behind it`() async throws {
        try directory.write("1\n2\n3\n", to: "a")
        try directory.write("4\n5", to: "b")
        var all: [[String]] = []
        for count in [2, 2, 5] {
            let sink = CollectSink<Bytes>()
            _ = try await Pipeline("files").root(FileSource(directory: directory.path).lines()).limit(count)
                .to(sink).run(RunOptions(checkpoints: checkpoints))
            all.append(sink.elements.map(\.description))
        }
        #expect(all == [["1", "2"], ["3", "4"], ["5"]])
    }
}
