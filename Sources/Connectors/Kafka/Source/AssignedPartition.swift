import Connect

/// A partition that this reader has now.
struct AssignedPartition {
    let name: TopicPartition
    /// Its number in the run; another one after it was away.
    let id: PartitionID
    /// What to read next, as far as is known.
    var next: Int64?
    /// Where a bounded source ends; nil where it goes on.
    var end: Int64?
    /// Nothing more is wanted of it.
    var isComplete = false
}
