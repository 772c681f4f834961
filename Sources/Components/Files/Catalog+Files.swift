public import ConnectCatalog
import Connect
import ConnectText
import ConnectFiles

extension Catalog {
    /// Adds the sources and sinks `file`, `stdin`, `stdout`, `stderr` and the splitter `lines`.
    public mutating func registerFiles() {
        register(SourceComponent.file)
        register(SourceComponent.standardInput)
        register(StageComponent.lines)
        register(SinkComponent.file)
        register(SinkComponent.standardOutput)
        register(SinkComponent.standardError)
    }
}

private let framingKey = ConfigurationKey(
    "framing", .choice(["lines", "raw"]), "Whether a newline is written behind each element.", default: "lines")

extension OutputFraming {
    fileprivate init(_ configuration: Configuration) {
        self = configuration.text("framing") == "raw" ? .raw : .lines
    }
}

extension SourceComponent {
    static let file = SourceComponent(
        ComponentDescription(
            "file", "Reads files as chunks of bytes; put lines or csv behind it.",
            details: "After a restart it goes on in the middle of a file. A path with *, ? or [ is a pattern, one that "
                + "ends in / a directory.",
            keys: [
                ConfigurationKey("path", .text, "A file, a pattern or a directory.", isRequired: true),
                ConfigurationKey(
                    "follow", .boolean, "Whether to wait for more at the end, as tail -F does.", default: "false"),
            ], unnamedKey: "path",
            examples: ["connectctl run --from 'file:logs/*.log.gz' --through lines --to stdout:"]),
        guarantee: "at-least-once"
    ) { configuration, pipeline in
        let path = configuration.text("path") ?? ""
        if path.isEmpty {
            throw configuration.problem("path", "no file is named", mend: "Name one: file:access.log.")
        }
        let follow = configuration.flag("follow")
        let source: FileSource
        if path.hasSuffix("/") {
            source = FileSource(directory: path, follow: follow)
        } else if path.contains(where: { "*?[".contains($0) }) {
            source = FileSource(glob: path, follow: follow)
        } else {
            source = FileSource(path, follow: follow)
        }
        var chain = Chain(pipeline.root(source))
        chain.mayHoldGzip = source.lines().needsDecompression
        return chain
    }

    static let standardInput = SourceComponent(
        ComponentDescription(
            "stdin", "Reads the standard input as chunks of bytes, to its end.",
            examples: ["zcat a.gz | connectctl run --from stdin: --through lines --to stdout:"]),
        guarantee: "at-most-once"
    ) { _, pipeline in Chain(pipeline.root(StandardInput())) }
}

extension StageComponent {
    static let lines = StageComponent(
        ComponentDescription(
            "lines", "Cuts chunks into lines, and unpacks files whose names end in .gz before.",
            details: "Byte-exact: bytes need not be UTF-8, and a last line without a newline gets none.",
            keys: [
                ConfigurationKey("maxBytes", .bytes, "The longest line that is taken.", default: "64MiB"),
                ConfigurationKey(
                    "ending", .choice(["lf", "any"]),
                    "What a line ends with: with any, a carriage return before the newline belongs to the end.",
                    default: "lf"),
                .decompress,
            ],
            examples: ["connectctl run --from file:access.log.gz --through lines --limit 10 --to stdout:"]),
        isParallel: false
    ) { configuration, chain in
        guard chain.gives(StreamChunk.self) else {
            throw configuration.problem(
                "maxBytes", "lines cuts streams, but here are messages (\(chain.elementName)) already",
                mend: "Put it right behind the source, or use split to cut messages.")
        }
        let lines = Lines(
            lineEnding: configuration.text("ending") == "any" ? .any : .lf,
            maxLineBytes: configuration.bytes("maxBytes") ?? 64 << 20)
        return Chain(chain.unpacked(configuration).apply(lines))
    }
}

extension SinkComponent {
    static let standardOutput = SinkComponent(
        ComponentDescription(
            "stdout", "Writes to the standard output.", keys: [framingKey],
            examples: ["connectctl run --from file:a.txt --through lines --to stdout:"]),
        guarantee: "at-least-once"
    ) { configuration, chain in
        if chain.gives(StreamChunk.self) { return chain.of(StreamChunk.self).to(StandardOutput.chunks) }
        return chain.of(Bytes.self).to(StandardOutput(framing: OutputFraming(configuration)))
    }

    static let standardError = SinkComponent(
        ComponentDescription(
            "stderr", "Writes to the standard error.", keys: [framingKey],
            examples: ["connectctl run --from file:a.txt --through lines --to stderr:"]),
        guarantee: "at-least-once"
    ) { configuration, chain in
        chain.of(Bytes.self).to(StandardError(framing: OutputFraming(configuration)))
    }

    static let file = SinkComponent(
        ComponentDescription(
            "file", "Writes files: appends to one, makes a new one, or one after another.",
            details:
                "A new file gets its name when it is whole. With delivery=exactly-once the positions of the source "
                + "are kept beside the output.",
            keys: [
                ConfigurationKey("path", .text, "The file.", isRequired: true),
                ConfigurationKey(
                    "mode", .choice(["append", "create", "replace"]),
                    "Append to it, make a new one, or replace one that is there.", default: "append"),
                framingKey,
                ConfigurationKey(
                    "durability", .choice(["none", "flush", "fsync"]),
                    "What makes an element delivered: written, handed to the system, or on the disk.",
                    default: "flush"),
                ConfigurationKey("rollBytes", .bytes, "Go on in another file after so many bytes."),
                ConfigurationKey("rollEvery", .duration, "Go on in another file after this time."),
                ConfigurationKey("rollCount", .integer(1...Int.max), "Go on in another file after so many elements."),
                ConfigurationKey(
                    "delivery", .choice(["at-least-once", "exactly-once"]), "What a crash may do to the output.",
                    default: "at-least-once"),
            ], unnamedKey: "path",
            examples: ["connectctl run --from file:a.log.gz --through lines --to 'file:a.log?mode=replace'"]),
        guarantee: "at-least-once, or exactly-once where asked for",
        deadLetters: { configuration in .deadLetter(DeadLetterFile(file: try FileSink(configuration))) }
    ) { configuration, chain in
        chain.of(Bytes.self).to(try FileSink(configuration))
    }
}

extension FileSink {
    fileprivate init(_ configuration: Configuration) throws(ConfigurationError) {
        let path = configuration.text("path") ?? ""
        if path.isEmpty || path.hasSuffix("/") {
            throw configuration.problem("path", "\"\(path)\" does not name a file", mend: "Name one: file:out.log.")
        }
        let modes: [String: Mode] = ["append": .append, "create": .create, "replace": .replace]
        let durabilities: [String: Durability] = ["none": .none, "flush": .flush, "fsync": .fsync]
        let roll = RollPolicy(
            bytes: configuration.bytes("rollBytes").map { Int64($0) }, every: configuration.duration("rollEvery"),
            count: configuration.integer("rollCount"))
        let isRolled = roll.bytes != nil || roll.every != nil || roll.count != nil
        self.init(
            FilePath(path), mode: modes[configuration.text("mode") ?? ""] ?? .append,
            framing: OutputFraming(configuration),
            durability: durabilities[configuration.text("durability") ?? ""] ?? .flush,
            roll: isRolled ? roll : nil,
            delivery: configuration.text("delivery") == "exactly-once" ? .exactlyOnce : .atLeastOnce)
    }
}
