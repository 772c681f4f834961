import ArgumentParser
import Connect
import ConnectFiles

struct CheckpointVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Shows and changes where pipelines go on after a restart.",
        subcommands: [ShowVerb.self, ResetVerb.self, ExportVerb.self, ImportVerb.self])

    /// Where the checkpoints are.
    struct Place: ParsableArguments {
        @Option(help: "The directory that checkpoints are kept in.")
        var state: String

        /// The file of a pipeline's checkpoint.
        func path(of pipeline: String) -> String { "\(state)/\(Place.fileName(pipeline)).checkpoint" }

        /// The checkpoint of a pipeline, without taking hold of it.
        ///
        /// - Throws: where there is none or it is damaged
        func checkpoint(of pipeline: String) throws -> (checkpoint: Checkpoint, text: [UInt8]) {
            let path = path(of: pipeline)
            guard let text = ToolOutput.read(path) else {
                throw ToolStatus(
                    code: 1, message: "pipeline \"\(pipeline)\" has no checkpoint that can be read: \(path)")
            }
            do {
                return (try CheckpointText.decode(Bytes(text)), text)
            } catch {
                throw ToolStatus(code: 1, message: "the checkpoint \(path) cannot be used: \(error.message)")
            }
        }

        /// Letters, digits and `-._~` as they are, all other octets percent-encoded, as the store names its files.
        private static func fileName(_ text: String) -> String {
            text.utf8.map { byte in
                let character = Character(Unicode.Scalar(byte))
                if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) {
                    return String(character)
                }
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }.joined()
        }
    }

    struct ShowVerb: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows where the sources stand.",
            discussion: "Without a name the checkpoints of all pipelines are shown. May be used while they run.")

        @OptionGroup var place: Place

        @Argument(help: "The name of the pipeline.")
        var pipeline: String?

        @Option(name: [.customShort("o"), .customLong("output")], help: "How: table, json or yaml.")
        var format: ListFormat = .table

        func run() throws {
            let checkpoints = try all()
            let rows = checkpoints.flatMap { checkpoint in
                checkpoint.positions.sorted { $0.key < $1.key }.flatMap { source, positions in
                    positions.map { position in
                        [
                            checkpoint.pipeline, source, position.partition, "\(position.offset)",
                            position.isComplete ? "yes" : "no",
                        ]
                    }
                } + checkpoint.states.keys.sorted().map { [checkpoint.pipeline, $0, "", "state", ""] }
            }
            let table = TextTable.text(["PIPELINE", "STAGE", "PARTITION", "OFFSET", "COMPLETE"], rows)
            ToolOutput.show(format.text(table: table, .list(checkpoints.map(ShowVerb.tree))))
        }

        private func all() throws -> [Checkpoint] {
            if let pipeline { return [try place.checkpoint(of: pipeline).checkpoint] }
            guard let names = ToolOutput.names(in: place.state) else {
                throw ToolStatus(code: 1, message: "the directory \(place.state) cannot be read")
            }
            return try names.sorted().filter { $0.hasSuffix(".checkpoint") }.map { name in
                guard let text = ToolOutput.read("\(place.state)/\(name)") else {
                    throw ToolStatus(code: 1, message: "the checkpoint \(place.state)/\(name) cannot be read")
                }
                do throws(ConnectorError) {
                    return try CheckpointText.decode(Bytes(text))
                } catch {
                    throw ToolStatus(
                        code: 1, message: "the checkpoint \(place.state)/\(name) cannot be used: \(error.message)")
                }
            }
        }

        private static func tree(_ checkpoint: Checkpoint) -> OutputTree {
            let positions = checkpoint.positions.sorted { $0.key < $1.key }.flatMap { source, positions in
                positions.map { position in
                    OutputTree.object([
                        (name: "source", value: .text(source)), (name: "partition", value: .text(position.partition)),
                        (name: "offset", value: .integer(Int(position.offset))),
                        (name: "complete", value: .boolean(position.isComplete)),
                        (name: "detail", value: .text(position.detail)),
                    ])
                }
            }
            return .object([
                (name: "pipeline", value: .text(checkpoint.pipeline)), (name: "positions", value: .list(positions)),
                (name: "states", value: .list(checkpoint.states.keys.sorted().map { .text($0) })),
            ])
        }
    }

    struct ResetVerb: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset", abstract: "Forgets where a pipeline stands: its next run begins anew.",
            discussion: "Refused while the pipeline runs. A damaged checkpoint is forgotten too.")

        @OptionGroup var place: Place

        @Argument(help: "The name of the pipeline.")
        var pipeline: String

        func run() throws {
            let path = place.path(of: pipeline)
            guard ToolOutput.read(path) != nil else {
                throw ToolStatus(
                    code: 1, message: "pipeline \"\(pipeline)\" has no checkpoint that can be read: \(path)")
            }
            let store = DirectoryCheckpointStore(FilePath(place.state))
            defer { store.close() }
            do {
                _ = try store.open(pipeline: pipeline)
            } catch let error as ConnectorError where error.code == .damagedCheckpoint {
                // It goes all the same.
            } catch {
                throw ToolStatus(code: 1, message: "\(error)")
            }
            guard ToolOutput.remove(path) else { throw ToolStatus(code: 1, message: "\(path) cannot be removed") }
        }
    }

    struct ExportVerb: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Writes a checkpoint to standard output, as a text with a checksum.")

        @OptionGroup var place: Place

        @Argument(help: "The name of the pipeline.")
        var pipeline: String

        func run() throws {
            let text = try place.checkpoint(of: pipeline).text
            ToolOutput.show(String(decoding: text.dropLast(), as: UTF8.self))
        }
    }

    struct ImportVerb: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Reads a checkpoint from standard input and puts it in the place of what is there.",
            discussion:
                "Refused while the pipeline runs, and where the text is not whole or belongs to another pipeline.")

        @OptionGroup var place: Place

        @Argument(help: "The name of the pipeline.")
        var pipeline: String

        func run() throws {
            let store = DirectoryCheckpointStore(FilePath(place.state))
            defer { store.close() }
            do {
                let checkpoint = try CheckpointText.decode(Bytes(ToolOutput.read("-") ?? []))
                guard checkpoint.pipeline == pipeline else {
                    throw ToolStatus(
                        code: 1, message: "the text is of pipeline \"\(checkpoint.pipeline)\", not \"\(pipeline)\"")
                }
                _ = try store.open(pipeline: pipeline)
                try store.save(checkpoint)
            } catch let status as ToolStatus {
                throw status
            } catch {
                throw ToolStatus(code: 1, message: "\(error)")
            }
        }
    }
}
