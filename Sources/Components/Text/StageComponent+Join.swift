import Connect
import ConnectCatalog
import ConnectText

extension StageComponent {
    static let join = StageComponent(
        ComponentDescription(
            "join", "Makes one message of several, with a separator between them.",
            details:
                "A joined message is given when there are enough, when the time is over, when a trigger says so, and "
                + "once more at the end; without any of these all becomes one. An element is done when the message that "
                + "holds it is delivered.",
            keys: [
                ConfigurationKey("count", .integer(1...Int.max), "How many become one."),
                ConfigurationKey("every", .duration, "After what time those that are there become one."),
                ConfigurationKey("separator", .text, "What stands between two; may be empty.", default: "\n"),
                ConfigurationKey(
                    "maxBytes", .bytes, "The most bytes that a joined message may have; more is an error.",
                    default: "64MiB"),
            ], unnamedKey: "count",
            examples: [
                "connectctl run --from stdin: --through lines --through 'join:count=100,every=1s,separator=;' --to stdout:"
            ]),
        isParallel: false
    ) { configuration, chain in
        let empty = JoinedBytes(
            separator: Bytes(configuration.text("separator") ?? ""),
            maxBytes: configuration.bytes("maxBytes") ?? 64 << 20)
        var joined = chain.of(Bytes.self).fold(into: empty, resetting: true) { try $0.append($1) }
            .trigger(each: configuration.integer("count") ?? .max)
        if let period = configuration.duration("every") {
            guard period > .zero else {
                throw configuration.problem("every", "no time is too short", mend: "Give a time such as 1s.")
            }
            joined = joined.trigger(every: period)
        }
        return Chain(joined)
    }
}
