public import ConnectCatalog
import Connect
import ConnectGzip

extension Catalog {
    /// Adds the stages that pack and unpack: `gzip` and `gunzip`.
    public mutating func registerGzip() {
        register(.gunzip)
        register(.gzip)
    }
}

extension StageComponent {
    static let gunzip = StageComponent(
        ComponentDescription(
            "gunzip", "Unpacks gzip data: a stream behind a source of chunks, or each message for itself.",
            details: "Of files that are read as lines or CSV those whose names end in .gz are unpacked without it.",
            keys: [
                ConfigurationKey("maxBytes", .bytes, "The most bytes that one message may become.", default: "64MiB")
            ],
            examples: ["connectctl run --from stdin: --through gunzip --through lines --to stdout:"])
    ) { configuration, chain in
        if chain.gives(StreamChunk.self) { return Chain(chain.of(StreamChunk.self).apply(Gunzip())) }
        let limit = configuration.bytes("maxBytes") ?? 64 << 20
        return Chain(chain.of(Bytes.self).as(Bytes.self, via: GunzipMessage(outputLimit: limit)))
    }

    static let gzip = StageComponent(
        ComponentDescription(
            "gzip", "Packs each message for itself as a gzip member.",
            keys: [ConfigurationKey("level", .integer(1...9), "1 is fastest, 9 is smallest.", default: "6")],
            unnamedKey: "level",
            examples: [
                "connectctl run --from file:a.txt --through lines --through gzip --to 'file:a.txt.gz?framing=raw'"
            ])
    ) { configuration, chain in
        Chain(chain.of(Bytes.self).as(Bytes.self, via: GzipMessage(level: configuration.integer("level") ?? 6)))
    }
}
