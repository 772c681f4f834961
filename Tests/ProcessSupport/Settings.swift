import Foundation

/// What the environment says about the size of the tests.
package enum Settings {
    /// Whether the long forms run: `CONNECT_SOAK=1`.
    package static let isSoak = environment["CONNECT_SOAK"] == "1"
    /// How often a crash test kills: `CONNECT_KILLS`.
    package static let kills = max(1, environment["CONNECT_KILLS"].flatMap(Int.init) ?? (isSoak ? 100 : 3))
    /// The seed of everything random: `CONNECT_SEED`, else another one each time. Tests print it.
    package static let seed = environment["CONNECT_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999)

    /// Sizes of processes and their descriptors are read there.
    package static let hasProc = FileManager.default.fileExists(atPath: "/proc/self/status")

    private static let environment = ProcessInfo.processInfo.environment
}
