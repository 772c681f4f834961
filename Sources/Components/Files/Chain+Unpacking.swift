import Connect
import ConnectCatalog
import ConnectGzip

extension ConfigurationKey {
    /// Which files a stage that cuts chunks gunzips before.
    static let decompress = ConfigurationKey(
        "decompress", .choice(["automatic", "never", "always"]),
        "Which files are gunzipped before: those whose names end in .gz, none, or all.", default: "automatic")
}

extension Chain {
    /// The chain's chunks, behind a stage that gunzips where the key `decompress` asks for it.
    func unpacked(_ configuration: Configuration) -> Def<StreamChunk> {
        let chunks = of(StreamChunk.self)
        switch configuration.text("decompress") {
        case "always": return chunks.apply(Gunzip())
        case "automatic" where mayHoldGzip: return chunks.apply(Gunzip(only: .named(".gz")))
        default: return chunks
        }
    }
}
