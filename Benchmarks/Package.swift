// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// A package of its own: who uses Connect neither fetches nor builds it.
let package = Package(
    name: "connect-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "connect", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .target(name: "CMallocCount"),
        .target(name: "CSIMDJSONLoop", linkerSettings: [.linkedLibrary("simdjson")]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0"),
        .target(name: "CXML2Loop", dependencies: ["CLibXML2"], linkerSettings: [.linkedLibrary("xml2")]),
        .target(name: "CKafkaLoop", linkerSettings: [.linkedLibrary("rdkafka")]),
        .executableTarget(
            name: "connect-benchmarks",
            dependencies: [
                "CKafkaLoop", "CSIMDJSONLoop", "CXML2Loop",
                .product(name: "Connect", package: "connect"),
                .product(name: "ConnectAvro", package: "connect"),
                .product(name: "ConnectFiles", package: "connect"),
                .product(name: "ConnectGzip", package: "connect"),
                .product(name: "ConnectJSON", package: "connect"),
                .product(name: "ConnectKafka", package: "connect"),
                .product(name: "ConnectKafkaEmbedded", package: "connect"),
                .product(name: "ConnectNetwork", package: "connect"),
                .product(name: "ConnectText", package: "connect"),
                .product(name: "ConnectXML", package: "connect"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/ConnectBenchmarks",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "allocation-gate",
            dependencies: [
                "CMallocCount",
                .product(name: "Connect", package: "connect"),
                .product(name: "ConnectJSON", package: "connect"),
                .product(name: "ConnectText", package: "connect"),
                .product(name: "ConnectXML", package: "connect"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/AllocationGate",
            swiftSettings: strict
        ),
    ],
    cxxLanguageStandard: .cxx17
)
