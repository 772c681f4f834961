import Connect
import ConnectFiles

/// A list through a chain of stages to standard output, and the same as a plain loop.
enum ListPrograms {
    static let all: [String: Program] = [
        "integers": { try chain($0, acknowledgements: true) },
        "integers-without-acks": { try chain($0, acknowledgements: false) },
        "integers-loop": { integerLoop($0) },
        "strings": { try strings($0) },
        "strings-loop": { stringLoop($0) },
    ]

    @Sendable
    private static func chain(_ count: Int, acknowledgements: Bool) throws -> Measurement.Latency? {
        let pipeline = Pipeline("integers")
            .root(ListSource(0..<count))
            .map { $0 &* 3 &+ 1 }
            .filter { $0 & 7 != 0 }.par(4)
            .fold(into: 0) { $0 &+= $1 }.trigger(each: 1000)
            .map(text)
            .to(StandardOutput())
        try pipeline.measure(acknowledgements: acknowledgements)
        return nil
    }

    // Named, since a chain in which two closures convert numbers takes the compiler minutes.
    @Sendable
    private static func text(_ number: Int) -> Bytes { Bytes(String(number)) }

    @Sendable
    private static func integerLoop(_ count: Int) -> Measurement.Latency? {
        var (sum, pending, output) = (0, 0, "")
        for number in 0..<count {
            let mapped = number &* 3 &+ 1
            guard mapped & 7 != 0 else { continue }
            sum &+= mapped
            pending += 1
            if pending == 1000 { emit(sum, &pending, &output) }
        }
        SmallFile.write(output + "\(sum)\n", to: 1)
        return nil
    }

    @inline(never)
    private static func emit(_ sum: Int, _ pending: inout Int, _ output: inout String) {
        pending = 0
        output += "\(sum)\n"
        if output.utf8.count > 1 << 16 {
            SmallFile.write(output, to: 1)
            output = ""
        }
    }

    /// Longer than the 15 bytes that a string holds without memory of its own.
    private static func words() -> [String] {
        (0..<1000).map { "element number \(100_000 + $0)" }
    }

    @Sendable
    private static func strings(_ count: Int) throws -> Measurement.Latency? {
        let pipeline = Pipeline("strings")
            .root(ListSource(words(), rounds: count / 1000))
            .map { $0 + "!" }
            .filter { $0.utf8.count > 8 }.par(4)
            .fold(into: 0) { $0 &+= $1.utf8.count }.trigger(each: 1000)
            .map(text)
            .to(StandardOutput())
        try pipeline.measure()
        return nil
    }

    @Sendable
    private static func stringLoop(_ count: Int) -> Measurement.Latency? {
        var (sum, pending, output) = (0, 0, "")
        let words = words()
        for _ in 0..<(count / 1000) {
            for word in words {
                let mapped = word + "!"
                guard mapped.utf8.count > 8 else { continue }
                sum &+= mapped.utf8.count
                pending += 1
                if pending == 1000 { emit(sum, &pending, &output) }
            }
        }
        SmallFile.write(output + "\(sum)\n", to: 1)
        return nil
    }
}
