public import Connect

extension Def where Out == StreamChunk {
    /// Cuts streams of XML into the elements at a path, each a document of its own; see ``XML/Records``.
    ///
    /// - Parameters:
    ///   - path: names with slashes before them, from the outermost element to the records, such as `/feed/entry`
    ///   - maxBytes: the most bytes of a record
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one element of bytes for each record
    /// - Throws: `CoderError` (`configuration`) where the text is no path, or the limit is none
    public func xmlRecords(
        _ path: String, maxBytes: Int = 8 << 20, fileID: StaticString = #fileID, line: UInt = #line
    ) throws(CoderError) -> Def<Bytes> {
        apply(try XML.Records(path, maxBytes: maxBytes), fileID: fileID, line: line)
    }
}

extension Def where Out == XML.Document {
    /// Lets those documents pass in which there is something at a path.
    ///
    /// - Parameters:
    ///   - path: what must be there
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the documents that pass, in order
    public func filterXML(
        _ path: XML.Path, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<XML.Document> {
        filter({ $0.has(path) }, fileID: fileID, line: line)
    }

    /// Lets those documents pass for which an expression of XPath 1.0 is true: it gives nodes, a text that is not empty, a
    /// number other than 0, or true.
    ///
    /// - Parameters:
    ///   - expression: what must be true
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the documents that pass, in order
    public func filterXML(
        _ expression: XML.XPath, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<XML.Document> {
        flatMap(
            perWorker: { () -> (XML.Document, Emitter<XML.Document>) throws -> Void in
                let evaluator = try XMLEvaluator(expression, coder: "XPATH")
                return { document, emit in
                    if try document.withArena({ try evaluator.isTrue($0) }) { try emit(document) }
                }
            }, fileID: fileID, line: line)
    }

    /// Turns each document into the elements at a path, each a document of its own.
    ///
    /// - Parameters:
    ///   - path: where they are
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the elements, in order
    public func selectXML(
        _ path: XML.Path, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<XML.Document> {
        flatMap(
            { (document: XML.Document) in document.all(path).compactMap { XML.Document($0) } }, fileID: fileID,
            line: line)
    }
}
