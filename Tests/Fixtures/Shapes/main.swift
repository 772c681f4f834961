// Pipelines of a few shapes that no example has; the tests with processes run and kill them.
//
//     shapes multiply COUNT                        1 element becomes COUNT, in order through four workers
//     shapes pass FILE                             lines through a buffer of one
//     shapes expand COUNT INPUT OUTPUT STATE       each line becomes COUNT
//     shapes drop RATE INPUT OUTPUT STATE          no line comes out; RATE lines go in per second
import Connect
import ConnectFiles

let arguments = Array(CommandLine.arguments.dropFirst())

func argument(_ index: Int) -> String {
    if index >= arguments.count { Pipeline.exit(usage: "shapes multiply|pass|expand|drop …") }
    return arguments[index]
}

func number(_ index: Int) -> Int {
    guard let number = Int(argument(index)) else { Pipeline.exit(usage: "shapes: \(argument(index)) is no number") }
    return number
}

func options(_ directory: String) -> RunOptions {
    RunOptions(checkpoints: DirectoryCheckpointStore(FilePath(directory)), checkpointEvery: .milliseconds(10))
}

switch argument(0) {
case "multiply":
    await Pipeline("multiply")
        .root(ListSource([number(1)]))
        .flatMap { 0..<$0 }.buffer(1)
        .map { Bytes("\($0)") }.par(4)
        .to(StandardOutput()).trigger(each: 1)
        .main()
case "pass":
    await Pipeline("pass")
        .root(FileSource(argument(1)).lines())
        .map { $0 }.buffer(1)
        .to(StandardOutput())
        .main()
case "expand":
    let count = number(1)
    await Pipeline("expand")
        .root(FileSource(argument(2)).lines())
        .flatMap { line in (0..<count).lazy.map { Bytes("\(line) \($0)") } }
        .to(FileSink(FilePath(argument(3)))).trigger(each: 100)
        .main(options(argument(4)))
case "drop":
    await Pipeline("drop")
        .root(FileSource(argument(2)).lines())
        .map { $0 }.throttle(number(1), per: .seconds(1))
        .filter { _ in false }
        .to(FileSink(FilePath(argument(3)))).trigger(each: 100)
        .main(options(argument(4)))
default:
    Pipeline.exit(usage: "shapes multiply|pass|expand|drop …")
}
