/// The rows of files, beside the commands that do the same.
enum FileRows {
    static let all = [
        upper("upper-column-pipe", "mapEachByte", "upper-column", .pipe, leastRatio: 1),
        upper("upper-column-null", "mapEachByte", "upper-column", .null, leastRatio: 1),
        upper("upper-span-pipe", "mapBytes", "upper-span", .pipe, leastRatio: 0.5),
        upper("upper-span-null", "mapBytes", "upper-span", .null, leastRatio: 0.5),
        gzip,
    ]

    private static func upper(
        _ name: String, _ stage: String, _ program: String, _ output: ChildProcess.Output, leastRatio: Double
    ) -> Row {
        Row(name: name) { repetitions in
            let lines = try Inputs.prepare()
            return try Row.rate(
                name, "file → lines → upper case (\(stage)) → \(output == .pipe ? "pipe" : "/dev/null")",
                Contender(kind: .wholeProgram(program), elements: lines, output: output),
                limit: Contender(
                    kind: .command(["tr", "a-z", "A-Z"], input: Inputs.log), elements: lines, output: output),
                "tr", leastRatio: leastRatio, mostMebibytes: 16
            ).measure(repetitions)
        }
    }

    private static let gzip = Row(name: "gzip-count") { repetitions in
        let lines = try Inputs.prepare()
        return try Row.rate(
            "gzip-count", "gzip → lines → count", Contender(kind: .wholeProgram("gzip-count"), elements: lines),
            limit: Contender(
                kind: .command(["/bin/sh", "-c", "zcat '\(Inputs.compressedLog)' | wc -l"], input: nil),
                elements: lines), "zcat | wc -l", leastRatio: 1.3, mostMebibytes: 16
        ).measure(repetitions)
    }
}
