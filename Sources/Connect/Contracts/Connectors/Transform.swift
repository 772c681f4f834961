/// Turns elements of one type into elements of another, none to many for each.
///
/// A transform is a description; every worker of its stage gets an instance of its own.
public protocol Transform<Input, Output>: Sendable {
    /// What it takes.
    associatedtype Input: Sendable
    /// What it gives.
    associatedtype Output: Sendable
    /// What one worker uses.
    associatedtype Instance: TransformInstance<Input, Output>

    /// The default name of its stage in the plan.
    var name: String { get }

    /// Makes an instance; called once per worker, on the worker's thread.
    func makeInstance() throws -> Instance
}

/// The work of a transform for one worker; never called by two at once.
public protocol TransformInstance<Input, Output> {
    /// What it takes.
    associatedtype Input: Sendable
    /// What it gives.
    associatedtype Output: Sendable

    /// Turns one element into none to many, in order.
    ///
    /// - Parameters:
    ///   - input: the element
    ///   - emit: takes each output; what it throws must be passed on
    /// - Throws: where the element cannot be turned; what was emitted of it by then goes on
    mutating func transform(_ input: Input, _ emit: Emitter<Output>) throws
}

/// Turns one whole thing of a type into one of another type: text from bytes, a document from text.
///
/// Coders are found by the plan where the type of a stage and the next do not match.
public protocol Coder<Input, Output>: Sendable {
    /// What it takes.
    associatedtype Input: Sendable
    /// What it gives.
    associatedtype Output: Sendable
    /// What one worker uses.
    associatedtype Instance: CoderInstance<Input, Output>

    /// The name of its stage in the plan, for example `STRING-DECODE`.
    var name: String { get }

    /// Makes an instance; called once per worker, on the worker's thread.
    func makeInstance() throws -> Instance
}

/// The work of a coder for one worker; never called by two at once.
public protocol CoderInstance<Input, Output> {
    /// What it takes.
    associatedtype Input: Sendable
    /// What it gives.
    associatedtype Output: Sendable

    /// Turns one thing into another.
    ///
    /// - Throws: where the input is not what the format demands
    mutating func convert(_ input: Input) throws -> Output
}
