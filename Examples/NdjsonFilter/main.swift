// Prints the JSON documents, one on each line, for which a condition holds, without what their member "debug" says. A
// line that is not JSON ends the program, with its place in the file and the byte that is wrong.
//
//     ndjson-filter 'status >= 500' FILE… [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectJSON
import ConnectNetwork

let usage = "ndjson-filter 'PATH = VALUE' FILE…"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
guard arguments.count > 1, let condition = try? JSONCondition(arguments[0]) else {
    Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)   (also != < <= > >=, PATH, !PATH)")
}

await Pipeline("ndjson-filter")
    .root(FileSource(Array(arguments.dropFirst())).lines())
    .filterJSON(condition).par(2)
    .json(.drop("debug")).par(2)
    .to(StandardOutput())
    .main(peers)
