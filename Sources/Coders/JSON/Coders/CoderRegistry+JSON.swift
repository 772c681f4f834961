public import Connect

extension CoderRegistry {
    /// The coders between bytes and JSON documents that the plan may put in without being asked.
    public static var json: CoderRegistry { json() }

    /// The coders between bytes and JSON documents that the plan may put in without being asked.
    ///
    /// - Parameter limits: how large a document may be
    /// - Returns: a registry, to be added to others
    public static func json(limits: JSONLimits = JSONLimits()) -> CoderRegistry {
        CoderRegistry()
            .adding(JSONDocumentDecoder(limits: limits))
            .adding(JSONDocumentEncoder())
    }
}
