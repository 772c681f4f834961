import NIOCore

/// A way for the threads of runs to what belongs to the loop of the connections.
struct OnLoop<Value>: Sendable {
    private let bound: NIOLoopBound<Value>
    private let loop: any EventLoop

    /// A way to a value; made on the loop.
    init(_ value: Value, _ loop: any EventLoop) {
        bound = NIOLoopBound(value, eventLoop: loop)
        self.loop = loop
    }

    /// Does something on the loop, soon; what one thread asks for comes in its order.
    func run(_ body: @escaping @Sendable (Value) -> Void) {
        let bound = bound
        loop.execute { body(bound.value) }
    }
}
