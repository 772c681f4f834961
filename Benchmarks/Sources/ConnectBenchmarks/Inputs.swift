#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files that the benchmarks read: made once, kept in the directory for temporary files.
enum Inputs {
    /// Where they are.
    static var directory: String {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return (temporary.hasSuffix("/") ? temporary : temporary + "/") + "connect-benchmarks"
    }

    /// A web server's log of 203 MB, 2.2 million lines of 92 bytes.
    static var log: String { directory + "/log-203.txt" }

    /// The same, compressed by `gzip -6`.
    static var compressedLog: String { log + ".gz" }

    /// Events as JSON, 150 MB, a document of 375 bytes on each line.
    static var events: String { directory + "/events-150.ndjson" }

    /// Makes the events where they are missing.
    ///
    /// - Returns: how many there are
    /// - Throws: where a command failed
    static func prepareEvents() throws -> Int {
        mkdir(directory, 0o755)
        try make(events, "'\(script("generate-events"))' 150 1")
        try make(events + ".count", "wc -l < '\(events)'")
        return try count(of: events)
    }

    /// A feed as one XML document of 200 MB, with entries of about 1000 bytes.
    static var feed: String { directory + "/feed-200.xml" }

    /// Makes the feed where it is missing.
    ///
    /// - Returns: how many entries it has
    /// - Throws: where a command failed
    static func prepareFeed() throws -> Int {
        mkdir(directory, 0o755)
        try make(feed, "'\(script("generate-feed"))' 200")
        try make(feed + ".count", "grep -c '^<entry' '\(feed)'")
        return try count(of: feed)
    }

    /// A million records of Avro in a container file without compression, 69 bytes each.
    static var records: String { directory + "/records-1000000.avro" }

    /// Makes the records where they are missing.
    ///
    /// - Returns: how many there are
    /// - Throws: where a command failed
    static func prepareRecords() throws -> Int {
        mkdir(directory, 0o755)
        try make(records, "'\(script("generate-avro"))' 1000000")
        return 1_000_000
    }

    /// Python's fastavro, reading the records.
    ///
    /// - Parameter json: whether they are written as JSON
    /// - Returns: the words of the command
    /// - Throws: where there is no Python that has it
    static func fastavro(json: Bool) throws -> [String] {
        let path = directory + "/test-python"
        try make(path, "'\(script("test-python"))'")
        let loop =
            json
            ? "import json\nfor r in fastavro.reader(f): sys.stdout.write(json.dumps(r, default=bytes.hex) + '\\n')"
            : "for r in fastavro.reader(f): pass"
        let program = "import sys, fastavro\nf = open(sys.argv[1], 'rb')\n" + loop
        return [
            (SmallFile.read(path) ?? "").split(separator: "\n").map(String.init).first ?? "", "-c", program, records,
        ]
    }

    /// Makes what is missing.
    ///
    /// - Returns: how many lines the log has
    /// - Throws: where a command failed
    static func prepare() throws -> Int {
        mkdir(directory, 0o755)
        try make(log, "'\(script("generate-log"))' 203 1")
        try make(compressedLog, "gzip -6 -c '\(log)'")
        try make(log + ".count", "wc -l < '\(log)'")
        return try count(of: log)
    }

    private static func script(_ name: String) -> String {
        "\(#filePath)".split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/scripts/" + name
    }

    private static func count(of path: String) throws -> Int {
        let text = SmallFile.read(path + ".count") ?? ""
        guard let count = Int(text.filter { $0.isNumber }) else {
            throw BenchmarkError("\(path).count holds no number")
        }
        return count
    }

    /// Whole or not at all: a file that another run was still writing would be measured as it is.
    private static func make(_ path: String, _ command: String) throws {
        if SmallFile.size(path) != nil { return }
        SmallFile.write("making \(path) ...\n", to: 2)
        _ = try ChildProcess.run(["/bin/sh", "-c", "\(command) > '\(path).new' && mv '\(path).new' '\(path)'"])
    }
}
