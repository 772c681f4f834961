import ProcessSupport

extension Program {
    static let connectctl = Program("connectctl")
    /// Runs another program with variables: `NAME=value … program arguments`.
    static let environment = Program(at: "/usr/bin/env")
    static let shell = Program(at: "/bin/sh")
}
