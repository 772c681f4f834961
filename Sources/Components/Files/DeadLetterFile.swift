import Connect
import ConnectFiles

/// Dead letters as lines of JSON in a file: `pipeline`, `stage`, `position`, `error`, `attempts`, and the original bytes
/// as `value`, or as hexadecimal digits in `value_hex` where they are not UTF-8; of messages also `key` and `headers`.
struct DeadLetterFile: Sink {
    typealias Input = DeadLetter

    let file: FileSink

    var descriptor: SinkDescriptor { file.descriptor }

    func makeWriter() throws -> MappedSinkWriter<FileSinkWriter, DeadLetter> {
        MappedSinkWriter(try file.makeWriter(), DeadLetterText.line)
    }
}
