import Foundation

/// The seeds of random tests: `CONNECT_SEEDS` says how many, `CONNECT_SEED` repeats a single one.
package func seeds(_ count: Int) -> [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["CONNECT_SEED"].flatMap(UInt64.init) { return [seed] }
    let wanted = environment["CONNECT_SEEDS"].flatMap(Int.init) ?? count
    return (0..<max(1, wanted)).map(UInt64.init)
}
