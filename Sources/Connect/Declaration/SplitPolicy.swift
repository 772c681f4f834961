/// How a split deals elements out to the instances of a pipeline, where no key says it.
///
/// Elements that must go to the same instance by a key are dealt out by ``Def/split(by:fileID:line:)-((Out)->Key,_,_)``.
public struct SplitPolicy: Sendable, Hashable {
    /// Batch by batch in turn; an instance that has not done what it has is passed over.
    public static let roundRobin = SplitPolicy()
}
