public import Connect

extension ConnectorError.Code {
    /// A stored checkpoint is not what was written: altered, cut off, or not a checkpoint at all.
    public static let damagedCheckpoint = ConnectorError.Code("damaged_checkpoint")
    /// A stored checkpoint belongs to another pipeline.
    public static let foreignCheckpoint = ConnectorError.Code("foreign_checkpoint")
    /// A stored checkpoint is of a newer format than this version of Connect knows.
    public static let newerCheckpoint = ConnectorError.Code("newer_checkpoint")
}
