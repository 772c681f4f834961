package import Foundation

/// A directory for the files of one test, removed at its end.
package final class Scratch {
    package let directory: URL

    package init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("connect-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    package func url(_ name: String) -> URL {
        directory.appendingPathComponent(name)
    }

    package func path(_ name: String) -> String {
        url(name).path
    }

    /// Makes a file.
    ///
    /// - Returns: its path
    @discardableResult
    package func file(_ name: String, _ content: Data) throws -> String {
        try content.write(to: url(name))
        return path(name)
    }

    @discardableResult
    package func file(_ name: String, _ content: String) throws -> String {
        try file(name, Data(content.utf8))
    }

    /// Makes a pipe with a name.
    package func fifo(_ name: String) throws -> String {
        if mkfifo(path(name), 0o644) != 0 { throw TestFailure("cannot make the pipe \(name)") }
        return path(name)
    }

    package func data(_ name: String) throws -> Data {
        try Data(contentsOf: url(name), options: .alwaysMapped)
    }

    package func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url(name)), as: UTF8.self)
    }

    /// The length of a file; 0 where there is none.
    package func length(_ name: String) -> Int {
        var status = stat()
        return stat(path(name), &status) == 0 ? Int(status.st_size) : 0
    }

    package func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }

    /// Compresses a file with the machine's gzip, as one member.
    ///
    /// - Returns: the path of the compressed file, which stands beside
    @discardableResult
    package func gzip(_ name: String) async throws -> String {
        let output = try Descriptor(path(name + ".gz"), O_WRONLY | O_CREAT | O_TRUNC)
        let gzip = try ChildProcess(Program(at: "/usr/bin/env"), ["gzip", "-c", path(name)], in: self, output: output)
        guard try await gzip.wait() == .exited(0) else { throw TestFailure("gzip: \(try gzip.standardError())") }
        return path(name + ".gz")
    }
}
