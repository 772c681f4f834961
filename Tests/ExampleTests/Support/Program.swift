import ProcessSupport

extension Program {
    static let fileToStdout = Program("file-to-stdout")
    static let gzipLinesCount = Program("gzip-lines-count")
    static let listFilterFold = Program("list-filter-fold")
    static let ndjsonFilter = Program("ndjson-filter")
    static let listXmlFilterStdout = Program("list-xml-filter-stdout")
    static let xmlFeedToJson = Program("xml-feed-to-json")
    static let avroFileToJson = Program("avro-file-to-json")
    static let xmlToAvro = Program("xml-to-avro")
    static let tailToFile = Program("tail-to-file")
    static let fileToFile = Program("file-to-file")
    static let shapes = Program("shapes")
    static let splitMapMerge = Program("split-map-merge")
    static let filesAcrossPeers = Program("files-across-peers")
    static let xmlFilterAcrossPeers = Program("xml-filter-across-peers")
    static let shell = Program(at: "/bin/sh")
}
