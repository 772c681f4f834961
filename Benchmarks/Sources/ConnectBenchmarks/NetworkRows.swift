/// The rows of pipelines that several members share.
enum NetworkRows {
    static let all = [
        row("network-small", "split → map → ordered merge, 3 members, 16 bytes", 20_000_000, leastRate: 4_000_000),
        row(
            "network-large", "split → map → ordered merge, 3 members, 1 KiB", 2_000_000, leastRate: 1_000_000_000 / 1024
        ),
    ]

    private static func row(_ name: String, _ work: String, _ elements: Int, leastRate: Double) -> Row {
        Row.rate(
            name, work, Contender(kind: .program(name), elements: elements),
            limit: Contender(kind: .program("\(name)-nio"), elements: elements), "NIO, one connection, 64 KiB",
            leastRate: leastRate)
    }
}
