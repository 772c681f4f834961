/// The rows of XML, beside libxml2 with functions that do nothing, and beside `xmllint --stream` on a feed.
enum XMLRows {
    static let all = [
        Row.rate(
            "xml-small", "XML of 17 bytes → documents → filter → fold",
            Contender(kind: .program("xml-small"), elements: 2_000_000),
            limit: Contender(kind: .program("xml-small-libxml2"), elements: 2_000_000), "libxml2's SAX",
            leastRate: 1_200_000),
        Row.rate(
            "xml-small-par", "the same on two workers",
            Contender(kind: .program("xml-small-par"), elements: 2_000_000),
            limit: Contender(kind: .program("xml-small-libxml2"), elements: 2_000_000), "libxml2's SAX"),
        Row.rate(
            "xml-large", "XML of 1000 bytes → documents → filter → fold",
            Contender(kind: .program("xml-large"), elements: 200_000),
            limit: Contender(kind: .program("xml-large-libxml2"), elements: 200_000), "libxml2's SAX",
            leastRate: 60_000),
        Row.rate(
            "xml-large-par", "the same on two workers",
            Contender(kind: .program("xml-large-par"), elements: 200_000),
            limit: Contender(kind: .program("xml-large-libxml2"), elements: 200_000), "libxml2's SAX"),
        feed("xml-records", "feed of 200 MB → records"),
        feed("xml-feed", "feed of 200 MB → records → documents → filter"),
    ]

    private static func feed(_ name: String, _ work: String) -> Row {
        Row(name: name) { repetitions in
            let count = try Inputs.prepareFeed()
            return try Row.rate(
                name, work, Contender(kind: .wholeProgram(name), elements: count),
                limit: Contender(
                    kind: .command(["/usr/bin/xmllint", "--stream", "--noout", Inputs.feed], input: nil),
                    elements: count),
                "xmllint --stream", mostMebibytes: 64
            ).measure(repetitions)
        }
    }
}
