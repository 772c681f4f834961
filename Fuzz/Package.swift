// swift-tools-version: 6.3
import PackageDescription

/// The entry point is libFuzzer's.
let library: [SwiftSetting] = [.unsafeFlags(["-parse-as-library"])]

/// A fuzzer: an executable that is called like its folder.
func fuzzer(_ name: String, _ modules: String..., and more: Target.Dependency...) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["FuzzSupport", .product(name: "Connect", package: "connect")]
            + modules.map { .product(name: $0, package: "connect") } + more, swiftSettings: library)
}

// A package of its own: built only by scripts/fuzz, with the sanitizer `fuzzer`.
let package = Package(
    name: "connect-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "connect", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "FuzzSupport",
            dependencies: [
                .product(name: "Connect", package: "connect"), .product(name: "Logging", package: "swift-log"),
            ]),
        .systemLibrary(name: "CFuzzZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CFuzzZstd", pkgConfig: "libzstd"),
        .target(name: "CFuzzSIMDJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        fuzzer("json", "ConnectJSON", and: "CFuzzSIMDJSON"),
        .systemLibrary(name: "CFuzzXML2", pkgConfig: "libxml-2.0"),
        fuzzer("xml", "ConnectXML", and: "CFuzzXML2"),
        fuzzer("avro-schema", "ConnectAvro"),
        fuzzer("avro-datum", "ConnectAvro"),
        fuzzer("avro-container", "ConnectAvro"),
        fuzzer("registry-frame", "ConnectSchemaRegistry"),
        fuzzer("lines", "ConnectText"),
        fuzzer("gunzip", "ConnectGzip", and: "CFuzzZlib"),
        fuzzer("unzstd", "ConnectZstd", and: "CFuzzZstd"),
        fuzzer("csv", "ConnectCatalog", "ConnectComponents"),
        fuzzer("checkpoint", "ConnectFiles"),
        fuzzer("string-decoder", "ConnectText"),
        fuzzer("url-decoder", "ConnectText"),
        fuzzer("peer-port", "ConnectNetwork"),
    ],
    cxxLanguageStandard: .cxx17
)
