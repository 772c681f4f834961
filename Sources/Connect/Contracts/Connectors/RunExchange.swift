import Synchronization

/// What the source and the sink of one run hand each other, by type: for example what identifies the source to the other
/// side, when the sink commits its positions.
///
/// It lives as long as the run, also where the run goes back to its last transaction and opens both anew.
public final class RunExchange: Sendable {
    private let values = Mutex<[ObjectIdentifier: any Sendable]>([:])

    /// An exchange in which nothing was put yet.
    public init() {}

    /// Puts a value in, in the place of the one of the same type.
    ///
    /// - Parameter value: any value; its type, as it is known where this is called, is the place
    public func put<Value: Sendable>(_ value: Value) {
        values.withLock { $0[ObjectIdentifier(Value.self)] = value }
    }

    /// Looks up the value of a type; may be called on any thread.
    ///
    /// - Parameter type: the type as which it was put in
    /// - Returns: nil where none was put in yet
    public func value<Value: Sendable>(of type: Value.Type) -> Value? {
        values.withLock { $0[ObjectIdentifier(type)] } as? Value
    }
}
