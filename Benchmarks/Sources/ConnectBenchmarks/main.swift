#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

let usage = """
    usage: connect-benchmarks [--repetitions N] [ROW ...]
           connect-benchmarks --list

    Prints one table: the work, our rate, that of the limit measured beside it in the same run, their ratio, the target,
    the processor time, the peak of memory. Rows and contenders run in processes of their own, in turn; each figure is
    the best of N (3) runs.

    """

let rows =
    ListRows.all + FileRows.all + JSONRows.all + XMLRows.all + AvroRows.all + ParallelRows.all + NetworkRows.all
    + KafkaRows.all
let programs = [
    ListPrograms.all, FilePrograms.all, JSONPrograms.all, XMLPrograms.all, AvroPrograms.all, ParallelPrograms.all,
    NetworkPrograms.all, KafkaPrograms.all,
].reduce(into: [:]) { all, some in
    all.merge(some) { first, _ in first }
}

func runRows(_ names: [String], repetitions: Int) throws {
    for name in names where !rows.contains(where: { $0.name == name }) {
        throw BenchmarkError("there is no row \(name); --list shows them")
    }
    var lines: [TableLine] = []
    for row in rows where names.isEmpty || names.contains(row.name) {
        SmallFile.write("\(row.name) ...\n", to: 2)
        lines += try row.measure(repetitions)
    }
    SmallFile.write(Table.text(lines), to: 1)
}

func run(_ arguments: [String]) throws {
    var names: [String] = []
    var repetitions = 3
    var rest = arguments[...]
    while let word = rest.popFirst() {
        switch word {
        case "--measure":
            guard let name = rest.popFirst(), let program = programs[name],
                let elements = rest.popFirst().flatMap({ Int($0) })
            else { throw BenchmarkError("--measure is for the program itself") }
            return SmallFile.write(try ProcessMeter.measure(program, elements: elements).line, to: 3)
        case "--list": return SmallFile.write(rows.map { "\($0.name)\n" }.joined(), to: 1)
        case "--repetitions":
            guard let number = rest.popFirst().flatMap({ Int($0) }) else { throw BenchmarkError(usage) }
            repetitions = number
        case "--help": return SmallFile.write(usage, to: 1)
        default: names.append(word)
        }
    }
    try runRows(names, repetitions: repetitions)
}

do {
    try run(Array(CommandLine.arguments.dropFirst()))
} catch {
    SmallFile.write("connect-benchmarks: \(error)\n", to: 2)
    exit(1)
}
