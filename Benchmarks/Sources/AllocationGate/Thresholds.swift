import Foundation

/// What the shapes may cost, per version of the compiler.
struct Thresholds: Decodable {
    /// What an element may cost at most, by the name of the shape.
    struct Limits: Decodable {
        let allocations: [String: Double]
        let instructions: [String: Double]
    }

    private let versions: [String: Limits]

    init(from decoder: any Decoder) throws {
        versions = try decoder.singleValueContainer().decode([String: Limits].self)
    }

    static func read(_ path: String) throws -> Thresholds {
        try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The limits of the newest version that is not newer than the compiler.
    func limits(for compiler: String) -> Limits? {
        let fitting = versions.keys.filter { $0.compare(compiler, options: .numeric) != .orderedDescending }
        return fitting.max { $0.compare($1, options: .numeric) == .orderedAscending }.flatMap { versions[$0] }
    }
}
