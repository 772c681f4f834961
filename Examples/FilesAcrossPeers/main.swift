// Prints the lines of many files that contain a word, with the name of the file before each. The names are dealt out to all
// instances that are told of each other; each reads the files that it was given. The lines come out on the standard output
// of the last instance, in the order of the command line, byte for byte what one process alone prints.
//
//     files-across-peers WORD FILE… [--peers LIST --self ADDRESS]
//
// Files are paths, or URLs that begin with file://; every instance needs to reach all of them, such as on a shared volume.
//
//     files-across-peers ERROR logs/*.log --peers 127.0.0.1:19001,127.0.0.1:19002 --self 127.0.0.1:19001 &
//     files-across-peers ERROR logs/*.log --peers 127.0.0.1:19001,127.0.0.1:19002 --self 127.0.0.1:19002
import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText

let usage = "files-across-peers WORD FILE…"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if arguments.count < 2 { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }
let word = Bytes(arguments[0])

await Pipeline("files-across-peers")
    .coders(.text)
    .root(ListSource(arguments.dropFirst().map { $0.hasPrefix("file://") ? String($0.dropFirst(7)) : $0 }))
    .split(each: 1)
    .flatMap { (path: String, emit: Emitter<Bytes>) in
        let file = try LineFile(path)
        while let line = try file.next() {
            if line.contains(word) { try emit(Bytes(Array("\(path): ".utf8) + Array(line))) }
        }
    }
    .mergeOrdered()
    .to(StandardOutput())
    .main(peers)
