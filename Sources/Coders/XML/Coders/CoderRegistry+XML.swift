public import Connect

extension CoderRegistry {
    /// The coders between bytes and XML documents that the plan may put in without being asked.
    public static var xml: CoderRegistry { xml() }

    /// The coders between bytes and XML documents that the plan may put in without being asked.
    ///
    /// - Parameter limits: how large a document may be
    /// - Returns: a registry, to be added to others
    public static func xml(limits: XML.Limits = XML.Limits()) -> CoderRegistry {
        CoderRegistry()
            .adding(XML.DocumentDecoder(limits: limits))
            .adding(XML.DocumentEncoder())
    }
}
