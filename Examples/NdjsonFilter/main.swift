// Prints the JSON documents, one on each line, for which a condition holds, without what their member "debug" says. A
// line that is not JSON ends the program, with its place in the file and the byte that is wrong.
//
//     ndjson-filter 'status >= 500' FILE…
import Connect
import ConnectFiles
import ConnectJSON

let words = Array(CommandLine.arguments.dropFirst())
guard words.count > 1, let condition = try? JSONCondition(words[0]) else {
    Pipeline.exit(usage: "ndjson-filter 'PATH = VALUE' FILE…   (also != < <= > >=, PATH, !PATH)")
}

await Pipeline("ndjson-filter")
    .root(FileSource(Array(words.dropFirst())).lines())
    .filterJSON(condition).par(2)
    .json(.drop("debug")).par(2)
    .to(StandardOutput())
    .main()
