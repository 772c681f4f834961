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

    static let connectctl = Program("connectctl")
    /// Runs another program with variables: `NAME=value … program arguments`.
    static let environment = Program(at: "/usr/bin/env")
    static let shell = Program(at: "/bin/sh")
}
