extension Def {
    /// Takes each element into a running state, which is emitted when triggered: set ``trigger(each:)``,
    /// ``trigger(every:)`` or ``trigger(bytes:)`` on it.
    ///
    /// - Parameters:
    ///   - initial: the state to start from, in every run anew
    ///   - resetting: whether the state starts anew after each emission
    ///   - update: changes the state by an element
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the state at each trigger if something changed, and once more at the end
    @inlinable
    public func fold<State: Sendable>(
        into initial: State, resetting: Bool = false,
        _ update: @escaping @Sendable (inout State, Out) throws -> Void,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<State> {
        appendingFold("fold", initial, resetting, nil, update, fileID, line)
    }

    /// Combines a running state with each element; the state is emitted when triggered.
    ///
    /// - Parameters:
    ///   - initial: the state to start from, in every run anew
    ///   - resetting: whether the state starts anew after each emission
    ///   - combine: gives the next state
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the state at each trigger if something changed, and once more at the end
    @inlinable
    public func fold<State: Sendable>(
        _ initial: State, resetting: Bool = false, _ combine: @escaping @Sendable (State, Out) throws -> State,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<State> {
        appendingFold("fold", initial, resetting, nil, { $0 = try combine($0, $1) }, fileID, line)
    }

    /// Like ``fold(into:resetting:_:fileID:line:)``, with a state that is stored with the checkpoint and survives a
    /// restart.
    ///
    /// - Parameters:
    ///   - initial: the state to start from where none is stored
    ///   - resetting: whether the state starts anew after each emission
    ///   - update: changes the state by an element
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the state at each trigger if something changed, and once more at the end
    @inlinable
    public func durableFold<State: Sendable & Codable>(
        into initial: State, resetting: Bool = false,
        _ update: @escaping @Sendable (inout State, Out) throws -> Void,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<State> {
        appendingFold("fold", initial, resetting, FoldDurability.codable(), update, fileID, line)
    }

    /// Counts elements; the count so far is emitted when triggered.
    ///
    /// - Parameters:
    ///   - resetting: whether counting starts anew after each emission
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the count at each trigger if something came, and once more at the end
    @inlinable
    public func count(
        resetting: Bool = false, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Int> {
        appendingFold("count", 0, resetting, nil, { count, _ in count += 1 }, fileID, line)
    }

    /// Counts elements like ``count(resetting:fileID:line:)``, and gives 0 at the end where none came.
    package func countOrZero(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Int> {
        appendingFold("count", 0, false, nil, { count, _ in count += 1 }, emitsInitial: true, fileID, line)
    }

    @inlinable
    func appendingFold<State: Sendable>(
        _ kind: String, _ initial: State, _ isResetting: Bool, _ durability: FoldDurability<State>?,
        _ update: @escaping @Sendable (inout State, Out) throws -> Void, emitsInitial: Bool = false,
        _ fileID: StaticString, _ line: UInt
    ) -> Def<State> {
        appending(
            .fold(
                kind: kind, isDurable: durability != nil,
                make: { context, next in
                    Inlet<Out>.fold(
                        context, before: inlet(next, of: State.self), initial: initial, isResetting: isResetting,
                        emitsInitial: emitsInitial, durability: durability, update)
                }),
            State.self, fileID, line)
    }
}
