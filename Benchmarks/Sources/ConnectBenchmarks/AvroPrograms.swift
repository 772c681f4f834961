import Connect
import ConnectAvro
import ConnectFiles

/// Container files through a chain.
enum AvroPrograms {
    static let all: [String: Program] = [
        "avro-json": { _ in
            try Pipeline("json").root(FileSource(Inputs.records)).apply(AvroFile())
                .as(Bytes.self, via: AvroJSONEncoder(.plain))
                .to(NullSink<Bytes>()).measure()
            return nil
        },
        "avro-pass": { _ in
            try Pipeline("pass").root(FileSource(Inputs.records)).apply(AvroFile())
                .to(NullSink<AvroBinary>()).measure()
            return nil
        },
        "avro-project": { _ in
            try Pipeline("project").root(FileSource(Inputs.records)).apply(AvroFile())
                .as(AvroBinary.self, via: AvroProjector(to: AvroSchema(parsing: reader)))
                .to(NullSink<AvroBinary>()).measure()
            return nil
        },
    ]

    /// A field less, one promoted, one with a default, the rest in the same order.
    private static let reader =
        #"{"type":"record","name":"Event","namespace":"org.example","fields":[{"name":"id","type":"long"},"#
        + #"{"name":"name","type":"string"},{"name":"note","type":["null","string"]},{"name":"count","type":"long"},"#
        + #"{"name":"price","type":"double"},{"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A","B","C"]}},"#
        + #"{"name":"tags","type":{"type":"array","items":"string"}},{"name":"time","type":"long"},"#
        + #"{"name":"digest","type":"bytes"},{"name":"state","type":"string","default":"new"}]}"#
}
