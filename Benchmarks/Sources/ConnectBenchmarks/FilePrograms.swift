import Connect
import ConnectFiles

/// Files through a chain to standard output.
enum FilePrograms {
    static let all: [String: Program] = [
        "upper-column": { _ in
            try lines.mapEachByte(upper).to(StandardOutput()).measure()
            return nil
        },
        "upper-span": { _ in
            try lines.mapBytes { line, output in
                line.withUnsafeBytes { line in
                    output.append(capacity: line.count) { target in
                        for index in line.indices { target[index] = upper(line[index]) }
                        return line.count
                    }
                }
            }.to(StandardOutput()).measure()
            return nil
        },
        "gzip-count": { _ in
            try Pipeline("gzip-count")
                .root(FileSource(Inputs.compressedLog).lines(decompress: .always))
                .count().trigger(each: 1_000_000_000)
                .map { Bytes("\($0)") }
                .to(StandardOutput()).measure()
            return nil
        },
    ]

    private static var lines: Def<Bytes> { Pipeline("upper").root(FileSource(Inputs.log).lines()) }

    @Sendable
    private static func upper(_ byte: UInt8) -> UInt8 {
        byte &- 0x61 < 26 ? byte &- 0x20 : byte
    }
}
