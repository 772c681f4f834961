import Foundation

/// A program, of this package as the test build has made it, or of the machine.
package struct Program {
    package let path: String

    /// A program of this package.
    package init(_ name: String) {
        path = Bundle.main.bundleURL.appendingPathComponent(name).path
    }

    /// A program of the machine, by its path.
    package init(at path: String) {
        self.path = path
    }
}
