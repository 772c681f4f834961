public import ConnectCatalog
import Connect
import ConnectAvro
import ConnectFiles

extension Catalog {
    /// Adds the stages that work on Avro, `avro`, `avro-project` and `avro-file`, the sink `avro-file`, and the coders of data
    /// and records for stages of one's own.
    public mutating func registerAvro() {
        register(CoderRegistry.avro)
        register(StageComponent.avro)
        register(StageComponent.avroProject)
        register(StageComponent.avroFile)
        register(SinkComponent.avroFile)
    }
}

private let fromHelp =
    "What bytes are: Avro's binary form, its JSON (json), JSON without the names of branches (plain), JSON of texts as from "
    + "XML and CSV (text), or single objects."

extension StageComponent {
    static let avro = StageComponent(
        ComponentDescription(
            "avro", "Reads Avro and writes it: records and bytes, as JSON or in binary, by a schema.",
            details:
                "Records come from avro-file, registry-decode and avro itself, and have their schemas with them; bytes take one. "
                + "In JSON of texts numbers may be texts, members are found without @, # and prefixes, one value may be an "
                + "array, and what the schema does not have is left out. Messages that have not the part named by on stay as "
                + "they are.",
            keys: [
                ConfigurationKey(
                    "to", .choice(["json", "plain", "records", "binary", "single-object"]),
                    "What comes out: JSON with or without the names of branches, records with their schema, or bytes.",
                    default: "json"),
                ConfigurationKey(
                    "from", .choice(["binary", "json", "plain", "text", "single-object"]), fromHelp, default: "binary"),
            ] + AvroSettings.schemaKeys(of: "of the bytes") + AvroSettings.limitKeys + [Field.configurationKey],
            unnamedKey: "to",
            examples: [
                "connectctl run --from file:a.avro --through avro-file --through avro:plain --to stdout:",
                "connectctl run --from file:a.ndjson --through lines "
                    + "--through 'avro:from=json,to=binary,schema=\"long\"' --through base64 --to stdout:",
            ])
    ) { configuration, chain in
        let to = configuration.text("to") ?? "json"
        let limits = AvroSettings.limits(configuration)
        let given = try AvroSettings.schema(configuration)
        if chain.gives(AvroBinary.self) {
            if configuration.isGiven("from") || given != nil {
                throw configuration.problem(
                    configuration.isGiven("from") ? "from" : "schema", "records have their schema with them",
                    mend: "Leave the key out; avro-project gives them another schema.")
            }
            let records = chain.of(AvroBinary.self)
            if to == "records" { return Chain(records) }
            return Chain(records.map { try AvroConversion.encode($0, to: to, limits: limits) })
        }
        if chain.gives(AvroMessage.self), given == nil {
            let messages = chain.of(AvroMessage.self)
            if to == "records" { return Chain(messages) }
            return Chain(
                messages.map { message in
                    try message.encoded { try AvroConversion.encode($0, to: to, limits: limits) }
                })
        }
        guard let given else {
            throw configuration.problem(
                "schema", "bytes (\(chain.elementName)) can be read by a schema only",
                mend: "Name one: schemaFile=order.avsc.")
        }
        let conversion = AvroConversion(
            schema: given, from: configuration.text("from") ?? "binary", to: to, limits: limits)
        guard to == "records" else {
            return chain.mapBytes(on: try Field(configuration)) { try conversion.makeTransform() }
        }
        if chain.gives(KeyValue.self) {
            throw configuration.problem(
                "to", "a part of a message cannot be a record", mend: "Write to=binary, or another form of bytes.")
        }
        return Chain(chain.of(Bytes.self).map(perWorker: { try conversion.makeDecoder() }))
    }

    static let avroProject = StageComponent(
        ComponentDescription(
            "avro-project", "Gives Avro another schema: what is new gets its default, what is not known any more goes.",
            details:
                "By the rules of Avro's specification for schemas of writers and readers. Bytes take the writer's schema as "
                + "well; records have it with them. Messages that have not the part named by on stay as they are.",
            keys: AvroSettings.schemaKeys(of: "that they get")
                + AvroSettings.schemaKeys("fromSchema", "fromFile", of: "that bytes have") + AvroSettings.limitKeys
                + [Field.configurationKey], unnamedKey: "schemaFile",
            examples: [
                "connectctl run --from file:a.avro --through avro-file --through 'avro-project:schema=\"double\"' --to stdout:"
            ])
    ) { configuration, chain in
        let limits = AvroSettings.limits(configuration)
        guard let reader = try AvroSettings.schema(configuration) else {
            throw configuration.problem("schema", "there is no schema", mend: "Name one: avro-project:new.avsc.")
        }
        if chain.gives(AvroBinary.self) {
            return Chain(
                chain.of(AvroBinary.self).as(AvroBinary.self, via: AvroProjector(to: reader, limits: limits)))
        }
        if chain.gives(AvroMessage.self) {
            let field = try Field(configuration)
            if case .header = field {
                throw configuration.problem("on", "headers are no records", mend: "Write value or key.")
            }
            return Chain(
                chain.of(AvroMessage.self).as(
                    AvroMessage.self,
                    via: AvroMessageProjector(to: reader, parts: field == .key ? .key : .value, limits: limits)))
        }
        guard let writer = try AvroSettings.schema(configuration, "fromSchema", "fromFile") else {
            throw configuration.problem(
                "fromFile", "bytes (\(chain.elementName)) do not tell their schema",
                mend: "Name it: fromFile=old.avsc; or make records of them by avro.")
        }
        let projection: AvroProjection
        do throws(CoderError) {
            projection = try AvroProjection(from: writer, to: reader)
        } catch {
            throw configuration.problem("schemaFile", error.message, mend: "Give new fields defaults.")
        }
        return chain.mapBytes(on: try Field(configuration)) {
            { input, output in try projection.append(input, to: &output, limits: limits) }
        }
    }

    static let avroFile = StageComponent(
        ComponentDescription(
            "avro-file", "Cuts container files of Avro into records.",
            details:
                "It stands behind a source of chunks; what it gives has the file's schema with it. A restart goes on at any "
                + "record, and reads the file's beginning for its schema.",
            keys: [
                ConfigurationKey(
                    "recover", .boolean, "Whether damaged blocks are passed over instead of ending the run.",
                    default: "false")
            ] + AvroSettings.limitKeys,
            examples: ["connectctl run --from file:a.avro --through avro-file --to stdout:"]),
        isParallel: false
    ) { configuration, chain in
        guard chain.gives(StreamChunk.self) else {
            throw configuration.problem(
                "recover", "avro-file cuts files, but here are messages (\(chain.elementName)) already",
                mend: "Put it right behind the source.")
        }
        return Chain(
            chain.of(StreamChunk.self).apply(
                AvroFile(recovers: configuration.flag("recover"), limits: AvroSettings.limits(configuration))))
    }
}

extension SinkComponent {
    static let avroFile = SinkComponent(
        ComponentDescription(
            "avro-file", "Writes container files of Avro: goes on with one, makes a new one, or one after another.",
            details:
                "Records get the schema of the file, as by avro-project; bytes are read by it. A new file gets its name when "
                + "it is whole. With delivery=exactly-once the positions of the source are kept beside the output.",
            keys: [ConfigurationKey("path", .text, "The file.", isRequired: true)]
                + AvroSettings.schemaKeys(of: "of the files") + [
                    ConfigurationKey(
                        "from", .choice(["json", "plain", "text", "binary", "single-object"]), fromHelp, default: "json"
                    ),
                    ConfigurationKey(
                        "codec", .choice(AvroCodec.names), "How blocks are packed.", default: "deflate"),
                    ConfigurationKey(
                        "level", .integer(1...22), "How hard is tried in packing, where the codec has levels."),
                    ConfigurationKey(
                        "blockBytes", .bytes, "How large a block is before it is packed.", default: "64KiB"),
                    ConfigurationKey(
                        "mode", .choice(["append", "create", "replace"]),
                        "Go on with the file, make a new one, or replace one that is there.", default: "append"),
                    ConfigurationKey(
                        "durability", .choice(["none", "flush", "fsync"]),
                        "What makes a record delivered: written, handed to the system, or on the disk.",
                        default: "flush"),
                    ConfigurationKey("rollBytes", .bytes, "Go on in another file after so many bytes."),
                    ConfigurationKey("rollEvery", .duration, "Go on in another file after this time."),
                    ConfigurationKey(
                        "delivery", .choice(["at-least-once", "exactly-once"]), "What a crash may do to the output.",
                        default: "at-least-once"),
                ] + AvroSettings.limitKeys, unnamedKey: "path",
            examples: [
                "connectctl run --from file:a.ndjson --through lines --to 'avro-file:a.avro?schema=\"long\"'"
            ]),
        guarantee: "at-least-once, or exactly-once where asked for"
    ) { configuration, chain in
        guard let schema = try AvroSettings.schema(configuration) else {
            throw configuration.problem("schema", "there is no schema", mend: "Name one: schemaFile=order.avsc.")
        }
        let limits = AvroSettings.limits(configuration)
        let sink = AvroFileSink(
            try FileSink(avro: configuration), schema: schema,
            codec: AvroCodec(configuration.text("codec") ?? "deflate", level: configuration.integer("level")),
            blockBytes: configuration.bytes("blockBytes") ?? 64 << 10, limits: limits)
        guard !chain.gives(AvroBinary.self) else { return chain.of(AvroBinary.self).to(sink) }
        let conversion = AvroConversion(
            schema: schema, from: configuration.text("from") ?? "json", to: "binary", limits: limits)
        return chain.of(Bytes.self).map(perWorker: { try conversion.makeDecoder() }).to(sink)
    }
}

extension FileSink {
    fileprivate init(avro configuration: Configuration) throws(ConfigurationError) {
        let path = configuration.text("path") ?? ""
        if path.isEmpty || path.hasSuffix("/") {
            throw configuration.problem(
                "path", "\"\(path)\" does not name a file", mend: "Name one: avro-file:out.avro.")
        }
        let modes: [String: Mode] = ["append": .append, "create": .create, "replace": .replace]
        let durabilities: [String: Durability] = ["none": .none, "flush": .flush, "fsync": .fsync]
        let roll = RollPolicy(
            bytes: configuration.bytes("rollBytes").map { Int64($0) }, every: configuration.duration("rollEvery"))
        self.init(
            FilePath(path), mode: modes[configuration.text("mode") ?? ""] ?? .append, framing: .raw,
            durability: durabilities[configuration.text("durability") ?? ""] ?? .flush,
            roll: roll.bytes != nil || roll.every != nil ? roll : nil,
            delivery: configuration.text("delivery") == "exactly-once" ? .exactlyOnce : .atLeastOnce)
    }
}
