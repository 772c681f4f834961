extension AvroProjection {
    /// What of some data of the writer the reader cannot have, such as a branch of a union or a symbol; none where all data of
    /// the writer can be read.
    public var mismatches: [String] { plan.messages }
}
