public import Connect

extension CoderRegistry {
    /// The coders between text, bytes and messages that the plan may put in without being asked.
    public static var text: CoderRegistry {
        CoderRegistry()
            .adding(StringDecoder())
            .adding(StringEncoder())
            .adding(KeyValueDecoder())
            .adding(KeyValueEncoder())
    }
}
