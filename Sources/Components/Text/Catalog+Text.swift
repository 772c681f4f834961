public import ConnectCatalog
import Connect
import ConnectText

extension Catalog {
    /// Adds the stages that need no library: `upper`, `lower`, `split`, `join`, `count`, `sample`, `dedupe`, `throttle`,
    /// `base64`, `unbase64`, `csv` and the access to parts of messages.
    public mutating func registerText() {
        register(CoderRegistry.text.adding(DecimalEncoder()).adding(JoinedBytesEncoder()))
        register(StageComponent.upper)
        register(StageComponent.lower)
        register(StageComponent.split)
        register(StageComponent.join)
        register(StageComponent.count)
        register(StageComponent.sample)
        register(StageComponent.dedupe)
        register(StageComponent.throttle)
        register(StageComponent.base64)
        register(StageComponent.unbase64)
        register(StageComponent.csv)
        register(StageComponent.text)
        register(StageComponent.value)
    }
}

extension StageComponent {
    static let upper = StageComponent(
        ComponentDescription(
            "upper", "Turns the letters a to z into capitals; other bytes stay as they are.",
            keys: [Field.configurationKey],
            examples: ["connectctl run --from stdin: --through lines --through upper --to stdout:"])
    ) { configuration, chain in
        chain.mapEachByte(on: try Field(configuration)) { $0 &- 0x61 < 26 ? $0 &- 0x20 : $0 }
    }

    static let lower = StageComponent(
        ComponentDescription(
            "lower", "Turns the letters A to Z into small ones; other bytes stay as they are.",
            keys: [Field.configurationKey],
            examples: ["connectctl run --from stdin: --through lines --through lower --to stdout:"])
    ) { configuration, chain in
        chain.mapEachByte(on: try Field(configuration)) { $0 &- 0x41 < 26 ? $0 &+ 0x20 : $0 }
    }

    static let split = StageComponent(
        ComponentDescription(
            "split", "Makes several messages of one, at every separator.",
            keys: [
                ConfigurationKey("separator", .text, "What stands between the parts.", isRequired: true),
                ConfigurationKey("keepEmpty", .boolean, "Whether empty parts are kept.", default: "true"),
            ], unnamedKey: "separator",
            examples: ["connectctl run --from file:a.csv --through lines --through 'split:;' --to stdout:"])
    ) { configuration, chain in
        let separator = configuration.text("separator") ?? ""
        if separator.isEmpty {
            throw configuration.problem(
                "separator", "nothing separates nothing", mend: "Give at least one byte: split:separator=;")
        }
        return Chain(
            chain.of(Bytes.self).apply(
                Split(separator: Bytes(separator), keepsEmpty: configuration.flag("keepEmpty"))))
    }

    static let count = StageComponent(
        ComponentDescription(
            "count", "Counts what passes, and gives the number at the end, 0 where nothing came.",
            details:
                "Of a source that never ends, such as a file that is followed, the number is given each second while it "
                + "changes; set trigger=10s for another time, which any source may have. After a restart it begins at 0 "
                + "again, and counts what was not committed once more.",
            examples: ["connectctl run --from file:access.log.gz --through lines --through count --to stdout:"]),
        isParallel: false
    ) { _, chain in
        chain.counted()
    }

    static let sample = StageComponent(
        ComponentDescription(
            "sample", "Lets a share of what comes pass, the same each time for the same seed.",
            details: "What passes depends on the bytes alone: the same line is always in the sample, or never.",
            keys: [
                ConfigurationKey("share", .number(0...1), "How much of it, from 0 to 1.", isRequired: true),
                ConfigurationKey("seed", .integer(0...Int.max), "Another one gives another sample.", default: "0"),
                Field.configurationKey,
            ], unnamedKey: "share",
            examples: ["connectctl run --from file:access.log --through lines --through sample:0.01 --to stdout:"])
    ) { configuration, chain in
        let share = configuration.number("share") ?? 1
        let seed = UInt64(configuration.integer("seed") ?? 0)
        // Compared as fractions of 2⁵³, which a Double holds exactly.
        let limit = UInt64(share * Double(UInt64(1) << 53))
        return chain.filterBytes(on: try Field(configuration)) {
            { span in StableHash.value(span, seed: seed) >> 11 < limit }
        }
    }

    static let dedupe = StageComponent(
        ComponentDescription(
            "dedupe", "Lets what was seen a short while ago not pass again.",
            details:
                "It remembers the latest different elements by a hash of 128 bits, up to a number and to an amount of "
                + "memory; to come again does not make an element younger. A restart forgets all of them, so what came "
                + "before it passes once more. The hash is no protection from somebody who makes equal ones on purpose.",
            keys: [
                ConfigurationKey("last", .integer(1...100_000_000), "How many are remembered.", default: "100000"),
                ConfigurationKey(
                    "maxBytes", .bytes, "How much memory they may take; each is counted as 96 bytes.", default: "64MiB"),
                Field.configurationKey,
            ], unnamedKey: "last",
            examples: ["connectctl run --from stdin: --through lines --through dedupe:1000 --to stdout:"]),
        isParallel: false
    ) { configuration, chain in
        let bytes = configuration.bytes("maxBytes") ?? 64 << 20
        guard bytes >= RecentHashes.bytesPerHash else {
            throw configuration.problem(
                "maxBytes", "\(bytes) bytes are not enough to remember one element",
                mend: "Give at least \(RecentHashes.bytesPerHash).")
        }
        let capacity = min(configuration.integer("last") ?? 100_000, bytes / RecentHashes.bytesPerHash)
        return chain.filterBytes(on: try Field(configuration)) {
            var seen = RecentHashes(capacity: capacity)
            return { span in seen.insert(StableHash.pair(span)) }
        }
    }

    static let throttle = StageComponent(
        ComponentDescription(
            "throttle", "Spaces elements evenly in time.",
            keys: [ConfigurationKey("rate", .text, "How many in what time: 1000/1s.", isRequired: true)],
            unnamedKey: "rate",
            examples: ["connectctl run --from file:a.txt --through lines --through throttle:10/1s --to stdout:"]),
        isParallel: false
    ) { configuration, chain in
        try chain.throttled(configuration, key: "rate")
    }

    static let text = StageComponent(
        ComponentDescription(
            "text", "Checks that bytes are UTF-8, and fails, or follows onError, where not.",
            examples: ["connectctl run --from file:a.txt --through lines --through text:onError=skip --to stdout:"])
    ) { _, chain in Chain(chain.of(Bytes.self).as(String.self, via: StringDecoder())) }

    static let value = StageComponent(
        ComponentDescription(
            "value", "Takes one part of a message with key and headers: value, key, timestamp or header.NAME.",
            details:
                "Messages without the part are left out. The timestamp is in milliseconds since 1970-01-01T00:00Z.",
            keys: [ConfigurationKey("part", .text, "Which part.", default: "value")], unnamedKey: "part",
            examples: ["connectctl run --from file:a.txt --through lines --through value --to stdout:"])
    ) { configuration, chain in
        let messages = chain.of(KeyValue.self)
        if configuration.text("part") == "timestamp" {
            return Chain(
                messages.flatMap { message, emit in
                    if let time = message.timestamp { try emit(Bytes("\(time.millisecondsSinceEpoch)")) }
                })
        }
        let field = try Field(configuration, key: "part")
        return Chain(
            messages.flatMap { message, emit in
                if let bytes = field.get(message) { try emit(bytes) }
            })
    }
}
