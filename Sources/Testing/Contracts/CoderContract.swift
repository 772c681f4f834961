public import Connect

/// What every coder must do, as checks for the tests of its author.
///
/// ```swift
/// try CoderContract(StringDecoder(), samples: [(Bytes("a"), "a")], malformed: [Bytes([0xFF])]).verify()
/// ```
public struct CoderContract<C: Coder>: Sendable where C.Output: Equatable {
    private let coder: C
    private let samples: [(input: C.Input, output: C.Output)]
    private let malformed: [C.Input]
    private let timeout: Duration

    /// A contract with a coder.
    ///
    /// - Parameters:
    ///   - coder: the coder
    ///   - samples: inputs with what must become of them: also the smallest, largest and strangest
    ///   - malformed: inputs that it must refuse
    ///   - timeout: how long a run may take
    public init(
        _ coder: C, samples: [(input: C.Input, output: C.Output)], malformed: [C.Input] = [],
        timeout: Duration = .seconds(120)
    ) {
        self.coder = coder
        self.samples = samples
        self.malformed = malformed
        self.timeout = timeout
    }

    /// A contract with a pair of coders of which one undoes what the other does.
    ///
    /// - Parameters:
    ///   - encoder: makes the inputs of the coder
    ///   - coder: must give back what the encoder was given
    ///   - values: what goes there and back
    ///   - malformed: inputs that the coder must refuse
    /// - Throws: what the encoder throws
    public init<Encoder: Coder>(
        _ encoder: Encoder, undoneBy coder: C, values: [C.Output], malformed: [C.Input] = []
    ) throws where Encoder.Input == C.Output, Encoder.Output == C.Input {
        var instance = try encoder.makeInstance()
        let samples = try values.map { (input: try instance.convert($0), output: $0) }
        self.init(coder, samples: samples, malformed: malformed)
    }

    /// Makes all checks.
    ///
    /// - Throws: a ``ContractViolation`` at the first that fails; what making an instance throws
    public func verify() throws {
        try verifySamples()
        try verifyMalformed()
        try verifyInstances()
        try verifyWorkers()
    }

    /// Every sample gives its output, again and again from one instance.
    private func verifySamples() throws {
        var instance = try coder.makeInstance()
        for round in 1...2 {
            for index in samples.indices { try verify(&instance, index, "round \(round) of one instance") }
        }
    }

    /// Malformed input is refused with an error of the coder, and does no harm to what follows.
    private func verifyMalformed() throws {
        var instance = try coder.makeInstance()
        for (number, input) in malformed.enumerated() {
            let check = "malformed input \(number)"
            do {
                _ = try instance.convert(input)
                throw ContractViolation(check, "it was to be refused with a CoderError, but was taken")
            } catch let error as CoderError {
                if error.coder.isEmpty || error.message.isEmpty {
                    throw ContractViolation(check, "the error must name the coder and say what is wrong: \(error)")
                }
            } catch let violation as ContractViolation {
                throw violation
            } catch {
                throw ContractViolation(check, "it was to be refused with a CoderError, not \(type(of: error))")
            }
            for index in samples.indices.prefix(2) { try verify(&instance, index, "after \(check)") }
        }
    }

    /// Instances know nothing of each other.
    private func verifyInstances() throws {
        var first = try coder.makeInstance()
        var second = try coder.makeInstance()
        for index in samples.indices {
            try verify(&first, index, "the first of two instances")
            try verify(&second, samples.count - 1 - index, "the second of two instances")
        }
    }

    /// Several workers give what one would, in order.
    private func verifyWorkers() throws {
        guard !samples.isEmpty else { return }
        let run = SupervisedRun(check: "several workers give what one would", timeout: timeout)
        let coder = coder
        let inputs = (0..<(samples.count * 20)).map { samples[$0 % samples.count].input }
        let sink = CollectSink<C.Output>()
        let chain = Pipeline("contract").root(ListSource(inputs)).map(
            perWorker: {
                var instance = try coder.makeInstance()
                return { input in try instance.convert(input) }
            }
        ).par(3)
        try run.succeed(chain.to(sink))
        let found = sink.elements
        try run.require(found.count == inputs.count, "\(inputs.count) outputs were expected, not \(found.count)")
        for index in found.indices {
            try run.require(found[index] == samples[index % samples.count].output, "output \(index) is another")
        }
    }

    private func verify(_ instance: inout C.Instance, _ index: Int, _ when: String) throws {
        let check = "sample \(index) in \(when)"
        let output: C.Output
        do {
            output = try instance.convert(samples[index].input)
        } catch {
            throw ContractViolation(check, "it was to be taken, but was refused: \(error)")
        }
        if output != samples[index].output { throw ContractViolation(check, "the output is not the expected one") }
    }
}
