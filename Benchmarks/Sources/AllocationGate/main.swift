import CMallocCount
import Foundation

let usage = """
    usage: allocation-gate THRESHOLDS.json COMPILER     counts allocations per element and holds them to the limits
           allocation-gate --run SHAPE COUNT            runs one shape, to be counted by another program
           allocation-gate --judge THRESHOLDS.json COMPILER SHAPE INSTRUCTIONS
                                                        holds instructions per element to the limit

    """

/// How often memory is asked for per element: the difference of two sizes, so that what a run costs once does not count.
func allocationsPerElement(_ shape: GateShape, count: Int) throws -> Double {
    func allocations(_ count: Int) throws -> Int {
        let before = connect_malloc_count()
        try shape.run(count)
        return connect_malloc_count() - before
    }
    // The first run pays for what is set up once in a process.
    try shape.run(count / 10)
    // A busy machine makes batches smaller, never larger.
    return try (0..<3).map { _ in
        Double(try allocations(2 * count) - allocations(count)) / Double(count)
    }.min() ?? .infinity
}

func judge(_ shape: String, _ what: String, _ found: Double, _ limit: Double?) -> Bool {
    guard let limit else {
        print("\(shape): no limit for the \(what); add one to the thresholds (found \(found))")
        return false
    }
    let verdict = found <= limit ? "ok" : "TOO MANY"
    let name = shape.padding(toLength: 20, withPad: " ", startingAt: 0)
    print(name + String(format: "%10.4f %@ per element, at most %g: %@", found, what, limit, verdict))
    return found <= limit
}

func run(_ arguments: [String]) throws -> Bool {
    if arguments.count == 3, arguments[0] == "--run", let count = Int(arguments[2]),
        let shape = GateShape.all.first(where: { $0.name == arguments[1] })
    {
        try shape.run(count)
        return true
    }
    if arguments.count == 5, arguments[0] == "--judge", let found = Double(arguments[4]) {
        let limits = try Thresholds.read(arguments[1]).limits(for: arguments[2])
        return judge(arguments[3], "instructions", found, limits?.instructions[arguments[3]])
    }
    guard arguments.count == 2 else {
        FileHandle.standardError.write(Data(usage.utf8))
        return false
    }
    let limits = try Thresholds.read(arguments[0]).limits(for: arguments[1])
    let verdicts = try GateShape.all.map { shape in
        judge(
            shape.name, "allocations", try allocationsPerElement(shape, count: 200_000), limits?.allocations[shape.name]
        )
    }
    return verdicts.allSatisfy { $0 }
}

exit(try run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
