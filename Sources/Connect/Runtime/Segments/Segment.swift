/// What all segments have in common for the run: how they are stopped and looked at.
protocol Segment: AnyObject, Sendable {
    var name: String { get }
    /// How long its threads are busy with an element.
    var paces: [PassPace] { get }
    /// What waits in it.
    var load: SegmentLoad { get }
    /// Drops what waits at the entry and turns away what comes; used where the run is aborted.
    func refuse()
    /// Lets a worker tick soon.
    func poke()
}

/// Builds the chain of a segment's stages before the inlet that follows them; called on the thread that owns it.
typealias ChainFactory = @Sendable (AnyObject) throws -> AnyObject

/// Builds what follows a segment: the way into the next one, or a sink.
typealias TailFactory = @Sendable () throws -> AnyObject
