import ArgumentParser

/// A pipeline on the command line: in words, or documents, or both.
struct PipelineArguments: ParsableArguments {
    @Argument(help: "Documents; what a later one says wins. - reads one from standard input.")
    var documents: [String] = []

    @Option(help: "The source, as NAME:PATH?key=value&key=value.")
    var from: String?

    @Option(
        name: .customLong("through"), parsing: .singleValue,
        help: "A stage, as NAME, NAME:value or NAME:key=value,key=value. May be repeated.")
    var through: [String] = []

    @Option(help: "The sink, as NAME:PATH?key=value&key=value.")
    var to: String?

    @Option(help: "The pipeline's name: in logs, metrics and checkpoints.")
    var name: String?

    @Option(help: "How many workers run each stage that can have several and does not say it itself.")
    var par: Int?

    @Option(help: "How many elements reach the sink; then everything stops.")
    var limit: Int?

    @Option(help: "How many bytes the whole pipeline may have under way, such as 64MiB.")
    var memory: String?

    @Option(help: "The directory that checkpoints are kept in; without it a restart begins anew.")
    var state: String?

    @Option(help: "How often checkpoints are made, such as 1s.")
    var checkpointEvery: String?

    @Option(help: "What happens where a stage fails at an element: fail, skip, dead-letter or retry:TIMES:PAUSE.")
    var onError: String?

    @Option(help: "The sink for elements at which a stage fails, with onError=dead-letter: file:failed.jsonl.")
    var deadLetter: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: "Sets a value of the document: spec.sink.path=out.log. May be repeated.")
    var settings: [String] = []
}
