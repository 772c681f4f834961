public import Connect
import ConnectCatalog

extension Def where Out == Bytes {
    /// Changes elements that are JSON documents, in their bytes: what an edit does not name is copied as it is.
    ///
    /// The quickest way from NDJSON to NDJSON. Each document comes out on one line. One that is not JSON is an error of
    /// its element, with the offset of the byte that is wrong; `onError` decides what becomes of it.
    ///
    /// - Parameters:
    ///   - edits: what is changed, one after the other
    ///   - limits: how large a document may be
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one document for each, in order
    public func json(
        _ edits: JSONEdit..., limits: JSONLimits = JSONLimits(), fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Bytes> {
        json(edits, limits: limits, fileID: fileID, line: line)
    }

    /// Changes elements that are JSON documents, in their bytes: what an edit does not name is copied as it is.
    ///
    /// - Parameters:
    ///   - edits: what is changed, one after the other
    ///   - limits: how large a document may be
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one document for each, in order
    public func json(
        _ edits: [JSONEdit], limits: JSONLimits = JSONLimits(), fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Bytes> {
        mapBytes(
            perWorker: {
                let editor = try JSONEditor(edits, limits: limits, coder: "JSON")
                return { span, output in try span.withUnsafeBytes { try editor.edit($0, &output) } }
            }, fileID: fileID, line: line)
    }

    /// Lets those documents pass for which all conditions hold. One that is not JSON is an error of its element.
    ///
    /// - Parameters:
    ///   - conditions: what must hold
    ///   - limits: how large a document may be
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the documents that pass, in order
    public func filterJSON(
        _ conditions: JSONCondition..., limits: JSONLimits = JSONLimits(), fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Def<Bytes> {
        filterBytes(
            perWorker: {
                let parser = try JSONParser(limits, coder: "JSON")
                return { span in
                    try span.withUnsafeBytes { text in
                        try parser.parse(text) { tape, _ in conditions.allSatisfy { $0.holds(tape) } }
                    }
                }
            }, fileID: fileID, line: line)
    }
}

extension Def where Out == JSONDocument {
    /// Changes documents.
    ///
    /// - Parameters:
    ///   - edits: what is changed, one after the other
    ///   - limits: how large a document may be, also one that comes of it
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one document for each, in order
    public func json(
        _ edits: JSONEdit..., limits: JSONLimits = JSONLimits(), fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<JSONDocument> {
        map(
            perWorker: {
                let editor = try JSONEditor(edits, limits: limits, coder: "JSON")
                let parser = try JSONParser(limits, coder: "JSON")
                return { document in
                    var output = BytesBuilder()
                    try document.bytes.withUnsafeBytes { try editor.edit($0, &output) }
                    return try parser.document(output.takeExact())
                }
            }, fileID: fileID, line: line)
    }

    /// Lets those documents pass for which all conditions hold.
    ///
    /// - Parameters:
    ///   - conditions: what must hold
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the documents that pass, in order
    public func filterJSON(
        _ conditions: JSONCondition..., fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<JSONDocument> {
        filter({ document in conditions.allSatisfy { $0.holds(for: document) } }, fileID: fileID, line: line)
    }
}
