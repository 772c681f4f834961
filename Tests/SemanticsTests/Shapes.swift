import Connect
import Testing

/// Stages to be tried in every place: how they are declared, and what they make of one element.
struct Shape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Appends the stages, on a number of workers.
    let declare: @Sendable (Def<Int>, Int) -> Def<Int>
    /// What comes out for one element.
    let model: @Sendable (Int) -> [Int]

    init(
        _ description: String, _ declare: @escaping @Sendable (Def<Int>, Int) -> Def<Int>,
        _ model: @escaping @Sendable (Int) -> [Int]
    ) {
        testDescription = description
        self.declare = declare
        self.model = model
    }

    /// What comes out of a sequential run.
    func outputs(of elements: some Sequence<Int>) -> [Int] {
        elements.flatMap { model($0) }
    }

    /// Behind which element of 0, 1, 2 … the n-th output was made; the end where there are not so many.
    func consumed(for outputs: Int, of count: Int) -> Int {
        var left = outputs
        for element in 0..<count {
            left -= model(element).count
            if left <= 0 { return element + 1 }
        }
        return count
    }

    static let map = Shape("map", { $0.map { $0 * 2 }.par($1) }, { [$0 * 2] })

    static let filter = Shape("filter", { $0.filter { $0 % 3 != 0 }.par($1) }, { $0 % 3 != 0 ? [$0] : [] })

    static let dropping = Shape("filter that drops all", { $0.filter { _ in false }.par($1) }, { _ in [] })

    static let flatMap = Shape(
        "flatMap", { $0.flatMap { Array(repeating: $0, count: $0 % 4) }.par($1) },
        { Array(repeating: $0, count: $0 % 4) })

    static let emitting = Shape(
        "flatMap that emits",
        { def, par in
            def.flatMap { (element: Int, emit: Emitter<Int>) in
                for part in 0..<(element % 10 == 7 ? 30 : 0) { try emit(element * 100 + part) }
            }.par(par)
        }, { element in (0..<(element % 10 == 7 ? 30 : 0)).map { element * 100 + $0 } })

    static let batches = Shape(
        "mapBatch",
        { def, par in
            def.mapBatch { (batch, output: inout BatchOutput<Int>) in
                for index in 0..<batch.count where batch[index] % 2 == 0 {
                    try output.append(batch[index], from: index)
                    try output.append(batch[index] + 1, from: index)
                }
            }.par(par)
        }, { $0 % 2 == 0 ? [$0, $0 + 1] : [] })

    static let coder = Shape("coder", { $0.as(Int.self, via: Doubling()).par($1) }, { [$0 * 2] })

    static let transform = Shape("transform", { $0.apply(Fanning()).par($1) }, { $0 % 2 == 0 ? [$0, -$0] : [] })

    static let fused = Shape(
        "fused stages",
        {
            $0.map { $0 + 1 }.par($1).filter { $0 % 5 != 0 }.par($1)
                .flatMap { Array(repeating: $0, count: $0 % 3) }.par($1)
        }, { ($0 + 1) % 5 != 0 ? Array(repeating: $0 + 1, count: ($0 + 1) % 3) : [] })

    static let segmented = Shape(
        "stages of several segments",
        {
            $0.flatMap { Array(repeating: $0, count: $0 % 3) }.par($1).map { $0 + 1 }.buffer(3)
                .filter { $0 % 4 != 0 }.par($1 + 1)
        }, { ($0 + 1) % 4 != 0 ? Array(repeating: $0 + 1, count: $0 % 3) : [] })

    static let all = [
        map, filter, dropping, flatMap, emitting, batches, coder, transform, fused, segmented,
    ]
}

/// Doubles numbers.
struct Doubling: Coder {
    var name: String { "DOUBLE" }

    func makeInstance() throws -> Instance { Instance() }

    struct Instance: CoderInstance {
        mutating func convert(_ input: Int) throws -> Int { input * 2 }
    }
}

/// Gives an even number and its opposite, and nothing for an odd one.
struct Fanning: Transform {
    var name: String { "FAN" }

    func makeInstance() throws -> Instance { Instance() }

    struct Instance: TransformInstance {
        mutating func transform(_ input: Int, _ emit: Emitter<Int>) throws {
            guard input % 2 == 0 else { return }
            try emit(input)
            try emit(-input)
        }
    }
}

/// Every shape with some numbers of workers.
struct Placed: Sendable, CustomTestStringConvertible {
    let shape: Shape
    let par: Int

    var testDescription: String { "\(shape.testDescription), par \(par)" }

    static func all(par: [Int]) -> [Placed] {
        Shape.all.flatMap { shape in par.map { Placed(shape: shape, par: $0) } }
    }
}
