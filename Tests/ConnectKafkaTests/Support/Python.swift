import Foundation
import Testing

/// Programs for the official Python client, which shares no code of ours.
enum Python {
    /// Runs a program.
    ///
    /// - Returns: what it has printed
    @discardableResult
    static func run(_ program: String, _ arguments: [String] = []) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", program] + arguments
        let output = Pipe()
        process.standardOutput = output
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let trouble = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3: \(String(decoding: trouble, as: UTF8.self))")
        return String(decoding: text, as: UTF8.self)
    }
}
