public import Connect

extension CoderRegistry {
    /// The coders of Avro that the plan may put in without being asked: data to records and back, and data and messages
    /// to JSON.
    public static var avro: CoderRegistry { avro() }

    /// The coders of Avro that the plan may put in without being asked: data to records and back, and data and messages
    /// to JSON.
    ///
    /// - Parameters:
    ///   - form: how values of unions are written in JSON
    ///   - limits: how large a datum may be
    /// - Returns: a registry, to be added to others
    public static func avro(_ form: AvroJSONForm = .tagged, limits: AvroLimits = AvroLimits()) -> CoderRegistry {
        CoderRegistry()
            .adding(AvroRecordDecoder(limits: limits))
            .adding(AvroRecordEncoder())
            .adding(AvroJSONEncoder(form, limits: limits))
            .adding(AvroMessageEncoder(form, limits: limits))
    }
}
