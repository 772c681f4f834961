// Writes files to standard output, line by line; those whose names end in .gz are unpacked on the way.
//
//     file-to-stdout [--plan] FILE…
import Connect
import ConnectFiles

var arguments = Array(CommandLine.arguments.dropFirst())
let showsPlan = arguments.first == "--plan"
if showsPlan { arguments.removeFirst() }
if arguments.isEmpty { Pipeline.exit(usage: "file-to-stdout [--plan] FILE…") }

let pipeline = Pipeline("file-to-stdout")
    .root(FileSource(arguments).lines())
    .to(StandardOutput())

if showsPlan {
    print(try pipeline.plan())
} else {
    await pipeline.main()
}
