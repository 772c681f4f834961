public import ConnectCatalog
import Connect

extension Catalog {
    /// Adds the stages that pack and unpack Zstandard: `zstd` and `unzstd`.
    public mutating func registerZstd() {
        register(.zstd)
        register(.unzstd)
    }
}

extension StageComponent {
    static let zstd = StageComponent(
        ComponentDescription(
            "zstd", "Packs each message for itself as a Zstandard frame (RFC 8878) with a checksum.",
            keys: [ConfigurationKey("level", .integer(1...19), "1 is fastest, 19 is smallest.", default: "3")],
            unnamedKey: "level",
            examples: [
                "connectctl run --from file:a.txt --through lines --through zstd --to 'file:a.txt.zst?framing=raw'"
            ])
    ) { configuration, chain in
        Chain(chain.of(Bytes.self).as(Bytes.self, via: ZstdMessage(level: configuration.integer("level") ?? 3)))
    }

    static let unzstd = StageComponent(
        ComponentDescription(
            "unzstd",
            "Unpacks Zstandard data (RFC 8878): a stream behind a source of chunks, or each message for itself.",
            keys: [
                ConfigurationKey("maxBytes", .bytes, "The most bytes that one message may become.", default: "64MiB")
            ],
            examples: ["connectctl run --from file:a.log.zst --through unzstd --through lines --to stdout:"])
    ) { configuration, chain in
        if chain.gives(StreamChunk.self) { return Chain(chain.of(StreamChunk.self).apply(Unzstd())) }
        let limit = configuration.bytes("maxBytes") ?? 64 << 20
        return Chain(chain.of(Bytes.self).as(Bytes.self, via: UnzstdMessage(outputLimit: limit)))
    }
}
