import Foundation

/// A program, of this package as the test build has made it, or of the machine.
struct Program {
    let path: String

    /// A program of this package.
    init(_ name: String) {
        path = Bundle.main.bundleURL.appendingPathComponent(name).path
    }

    /// A program of the machine, by its path.
    init(at path: String) {
        self.path = path
    }

    static let fileToStdout = Program("file-to-stdout")
    static let gzipLinesCount = Program("gzip-lines-count")
    static let listFilterFold = Program("list-filter-fold")
    static let tailToFile = Program("tail-to-file")
    static let fileToFile = Program("file-to-file")
    static let shapes = Program("shapes")
    static let shell = Program(at: "/bin/sh")
}
