/// Stages that run as nested calls: first those that workers run in parallel, then those that see everything in order.
///
/// The limit and the throttle of a stage run in turn right behind it: those of the last parallel stage are the first
/// thing of the serial part.
struct PlanSegment: Sendable {
    /// Counts the segments from 1.
    var number: Int
    /// Indices of the stages that each worker has an instance of; empty in the root's segment and in serial ones.
    var parallel: [Int] = []
    /// Indices of the stages that run in turn.
    var serial: [Int] = []
    var workers = 1
    var order = OrderScope.total
    /// The bound that `buffer` has set on the way in; in the root's segment on what the root gives at once. nil is the
    /// usual one.
    var buffer: Int?
    /// Why the segment begins here.
    var reason: String

    var stages: [Int] { parallel + serial }
}
