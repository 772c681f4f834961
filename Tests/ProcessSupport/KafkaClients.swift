import Foundation

/// Clients of Kafka that are not ours, as processes.
package enum KafkaClients {
    /// What a client has done that ran to its end.
    package struct Run {
        package let ending: ChildProcess.Ending
        package let output: String
        package let errors: String

        package var lines: [Substring] { output.split(separator: "\n") }

        /// What it has printed, where it succeeded.
        package func success() throws -> Run {
            if ending != .exited(0) { throw TestFailure("\(ending): \(errors)") }
            return self
        }
    }

    /// Runs kcat to its end.
    package static func kcat(_ arguments: String..., in scratch: Scratch) async throws -> Run {
        // By default it waits 5 s for what it asks first.
        try await run(["kcat", "-m", "60"] + arguments, in: scratch)
    }

    /// Runs a script with `confluent_kafka`, the Python client, to its end.
    ///
    /// - Parameters:
    ///   - script: the script, behind the imports; the arguments are in `arguments`
    ///   - arguments: what it is given
    ///   - scratch: where its output goes
    /// - Returns: how it ended and what it wrote
    /// - Throws: where it cannot be started or does not end
    package static func python(_ script: String, _ arguments: String..., in scratch: Scratch) async throws -> Run {
        let imports = """
            import json, sys, time
            from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
            from confluent_kafka import OFFSET_BEGINNING
            arguments = sys.argv[1:]

            """
        // The system's own Python: others do not see the packages of the system.
        return try await run(["/usr/bin/python3", "-c", imports + script] + arguments, in: scratch)
    }

    private static func run(_ words: [String], in scratch: Scratch) async throws -> Run {
        let name = "output-\(UUID().uuidString)"
        let output = try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC)
        let process = try ChildProcess(Program(at: "/usr/bin/env"), words, in: scratch, output: output)
        return Run(
            ending: try await process.wait(within: .seconds(120)), output: try scratch.text(name),
            errors: try process.standardError())
    }
}
