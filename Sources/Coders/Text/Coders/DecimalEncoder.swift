public import Connect

/// Whole numbers as decimal text.
public struct DecimalEncoder: Coder {
    /// What it takes.
    public typealias Input = Int
    /// What it gives.
    public typealias Output = Bytes

    /// An encoder of numbers.
    public init() {}

    /// `DECIMAL-ENCODE`
    public var name: String { "DECIMAL-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance() }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        /// The digits of a number, with a minus sign before them where it is negative.
        public mutating func convert(_ input: Int) -> Bytes { Bytes("\(input)") }
    }
}
