// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "connect",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Connect", targets: ["Connect"]),
        .library(name: "ConnectCatalog", targets: ["ConnectCatalog"]),
        .library(name: "ConnectComponents", targets: ["ConnectComponents"]),
        .library(name: "ConnectDocuments", targets: ["ConnectDocuments"]),
        .library(name: "ConnectTool", targets: ["ConnectTool"]),
        .executable(name: "connectctl", targets: ["connectctl"]),
        .library(name: "ConnectText", targets: ["ConnectText"]),
        .library(name: "ConnectPatterns", targets: ["ConnectPatterns"]),
        .library(name: "ConnectGzip", targets: ["ConnectGzip"]),
        .library(name: "ConnectZstd", targets: ["ConnectZstd"]),
        .library(name: "ConnectJSON", targets: ["ConnectJSON"]),
        .library(name: "ConnectXML", targets: ["ConnectXML"]),
        .library(name: "ConnectAvro", targets: ["ConnectAvro"]),
        .library(name: "ConnectAvroFiles", targets: ["ConnectAvroFiles"]),
        .library(name: "ConnectSchemaRegistry", targets: ["ConnectSchemaRegistry"]),
        .library(name: "ConnectSchemaRegistryServer", targets: ["ConnectSchemaRegistryServer"]),
        .library(name: "ConnectFiles", targets: ["ConnectFiles"]),
        .library(name: "ConnectKafka", targets: ["ConnectKafka"]),
        .library(name: "ConnectKafkaEmbedded", targets: ["ConnectKafkaEmbedded"]),
        .library(name: "ConnectNetwork", targets: ["ConnectNetwork"]),
        .library(name: "ConnectProcess", targets: ["ConnectProcess"]),
        .library(name: "ConnectWatch", targets: ["ConnectWatch"]),
        .library(name: "ConnectService", targets: ["ConnectService"]),
        .library(name: "ConnectTesting", targets: ["ConnectTesting"]),
    ],
    // What `connectctl` has beyond files and text; each needs a library.
    traits: [
        .default(enabledTraits: ["Avro", "JSON", "Kafka", "Network", "Patterns", "XML", "Zstandard"]),
        .trait(
            name: "Avro",
            description:
                "Avro, its container files and schema registries, with libsimdjson, libzstd, libbz2 and liblzma."),
        .trait(name: "JSON", description: "json and json-filter, with libsimdjson."),
        .trait(name: "Kafka", description: "Kafka sources and sinks, with librdkafka."),
        .trait(name: "Network", description: "Several instances that share a pipeline, with swift-nio-ssl."),
        .trait(name: "Patterns", description: "grep, replace and extract, with libpcre2."),
        .trait(name: "XML", description: "xml, xml-records and xpath, with libxml2."),
        .trait(name: "Zstandard", description: "zstd and unzstd, with libzstd."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin.git", from: "1.5.0"),
    ],
    targets: [
        .target(
            name: "Connect",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),
        .target(name: "ConnectCatalog", dependencies: ["Connect"], path: "Sources/Catalog", swiftSettings: strict),
        .systemLibrary(
            name: "CConnectYAML",
            path: "Sources/Documents/CConnectYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
        ),
        .target(
            name: "ConnectDocuments",
            dependencies: ["ConnectCatalog", "CConnectYAML"],
            path: "Sources/Documents",
            exclude: ["CConnectYAML"],
            swiftSettings: strict
        ),
        // A module of its own: what only links files and coders is to stay small.
        .target(
            name: "ConnectComponents",
            dependencies: ["Connect", "ConnectCatalog", "ConnectFiles", "ConnectGzip", "ConnectText"],
            path: "Sources/Components",
            swiftSettings: strict
        ),
        .target(
            name: "ConnectTool",
            dependencies: [
                "Connect", "ConnectCatalog", "ConnectDocuments", "ConnectFiles", "ConnectText", "ConnectWatch",
                .target(name: "ConnectNetwork", condition: .when(traits: ["Network"])),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Tool",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "connectctl",
            dependencies: [
                "Connect", "ConnectCatalog", "ConnectComponents", "ConnectFiles", "ConnectProcess", "ConnectTool",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .target(name: "ConnectAvroFiles", condition: .when(traits: ["Avro"])),
                .target(name: "ConnectSchemaRegistry", condition: .when(traits: ["Avro"])),
                .target(name: "ConnectSchemaRegistryServer", condition: .when(traits: ["Avro"])),
                .target(name: "ConnectJSON", condition: .when(traits: ["JSON"])),
                .target(name: "ConnectKafka", condition: .when(traits: ["Kafka"])),
                .target(name: "ConnectKafkaEmbedded", condition: .when(traits: ["Kafka"])),
                .target(name: "ConnectNetwork", condition: .when(traits: ["Network"])),
                .target(name: "ConnectPatterns", condition: .when(traits: ["Patterns"])),
                .target(name: "ConnectXML", condition: .when(traits: ["XML"])),
                .target(name: "ConnectZstd", condition: .when(traits: ["Zstandard"])),
            ],
            swiftSettings: strict
        ),
        .systemLibrary(
            name: "CConnectPCRE2",
            path: "Sources/Coders/Patterns/CConnectPCRE2",
            pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]
        ),
        .target(
            name: "ConnectPatterns",
            dependencies: ["Connect", "ConnectCatalog", "CConnectPCRE2"],
            path: "Sources/Coders/Patterns",
            exclude: ["CConnectPCRE2"],
            swiftSettings: strict
        ),
        .target(
            name: "ConnectText",
            dependencies: ["Connect"],
            path: "Sources/Coders/Text",
            swiftSettings: strict
        ),
        .systemLibrary(
            name: "CConnectZlib",
            path: "Sources/Coders/Gzip/CConnectZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .target(
            name: "ConnectGzip",
            dependencies: ["Connect", "CConnectZlib"],
            path: "Sources/Coders/Gzip",
            exclude: ["CConnectZlib"],
            swiftSettings: strict
        ),
        .systemLibrary(
            name: "CConnectZstd",
            path: "Sources/Coders/Zstd/CConnectZstd",
            pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]
        ),
        .target(
            name: "ConnectZstd",
            dependencies: ["Connect", "ConnectCatalog", "CConnectZstd"],
            path: "Sources/Coders/Zstd",
            exclude: ["CConnectZstd"],
            swiftSettings: strict
        ),
        // C++ behind a header of C.
        .target(
            name: "CConnectSIMDJSON",
            path: "Sources/Coders/JSON/CConnectSIMDJSON",
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(
            name: "ConnectJSON",
            dependencies: ["Connect", "ConnectCatalog", "CConnectSIMDJSON"],
            path: "Sources/Coders/JSON",
            exclude: ["CConnectSIMDJSON"],
            swiftSettings: strict
        ),
        .systemLibrary(
            name: "CConnectXML2",
            path: "Sources/Coders/XML/CConnectXML2",
            pkgConfig: "libxml-2.0",
            providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]
        ),
        .target(
            name: "ConnectXML",
            dependencies: ["Connect", "ConnectCatalog", "CConnectXML2"],
            path: "Sources/Coders/XML",
            exclude: ["CConnectXML2"],
            swiftSettings: strict
        ),
        // Without pkgConfig: Debian 12 has no file for it.
        .systemLibrary(
            name: "CConnectBzip2",
            path: "Sources/Coders/Avro/CConnectBzip2",
            providers: [.apt(["libbz2-dev"]), .brew(["bzip2"])]
        ),
        .systemLibrary(
            name: "CConnectLZMA",
            path: "Sources/Coders/Avro/CConnectLZMA",
            pkgConfig: "liblzma",
            providers: [.apt(["liblzma-dev"]), .brew(["xz"])]
        ),
        // Schemas are JSON, and so is what data become.
        .target(
            name: "ConnectAvro",
            dependencies: [
                "Connect", "ConnectCatalog", "ConnectJSON", "CConnectBzip2", "CConnectLZMA", "CConnectZlib",
                "CConnectZstd",
            ],
            path: "Sources/Coders/Avro",
            exclude: ["CConnectBzip2", "CConnectLZMA"],
            swiftSettings: strict
        ),
        .target(
            name: "ConnectFiles",
            dependencies: [
                "Connect", "ConnectGzip", "ConnectText", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Connectors/Files",
            swiftSettings: strict
        ),
        // The sink of container files, and all components of Avro, which read schemas from files.
        .target(
            name: "ConnectAvroFiles",
            dependencies: ["Connect", "ConnectAvro", "ConnectCatalog", "ConnectFiles"],
            path: "Sources/Connectors/AvroFiles",
            swiftSettings: strict
        ),
        .target(
            name: "ConnectSchemaRegistry",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectAvroFiles", "ConnectCatalog", "ConnectJSON",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Sources/Connectors/SchemaRegistry",
            swiftSettings: strict
        ),
        .target(
            name: "ConnectSchemaRegistryServer",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectCatalog", "ConnectFiles", "ConnectJSON",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Sources/Connectors/SchemaRegistryServer",
            swiftSettings: strict
        ),
        .systemLibrary(
            name: "CConnectRDKafka",
            path: "Sources/Connectors/Kafka/CConnectRDKafka",
            pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]
        ),
        .target(
            name: "ConnectKafka",
            dependencies: [
                "Connect", "ConnectCatalog", "CConnectRDKafka",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Connectors/Kafka",
            exclude: ["CConnectRDKafka"],
            swiftSettings: strict
        ),
        .target(
            name: "ConnectKafkaEmbedded",
            dependencies: ["Connect", "ConnectKafka", "CConnectRDKafka"],
            path: "Sources/Connectors/KafkaEmbedded",
            swiftSettings: strict
        ),
        .systemLibrary(name: "CConnectProcess", path: "Sources/Connectors/Process/CConnectProcess"),
        .target(
            name: "ConnectProcess",
            dependencies: [
                "Connect", "ConnectCatalog", "CConnectProcess", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Connectors/Process",
            exclude: ["CConnectProcess"],
            swiftSettings: strict
        ),
        .target(
            name: "ConnectService",
            dependencies: ["Connect", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")],
            path: "Sources/Service",
            swiftSettings: strict
        ),
        .target(
            name: "ConnectWatch",
            dependencies: [
                "Connect",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/Watch",
            swiftSettings: strict
        ),
        .systemLibrary(name: "CConnectChecksum", path: "Sources/Network/CConnectChecksum"),
        .target(
            name: "ConnectNetwork",
            dependencies: [
                "Connect", "CConnectChecksum",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            path: "Sources/Network",
            exclude: ["CConnectChecksum", "PROTOCOL.md"],
            swiftSettings: strict
        ),
        .target(
            name: "ConnectTesting",
            dependencies: ["Connect", .product(name: "Logging", package: "swift-log")],
            path: "Sources/Testing",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "file-to-stdout", dependencies: ["Connect", "ConnectFiles"], path: "Examples/FileToStdout",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "gzip-lines-count", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork"],
            path: "Examples/GzipLinesCount",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "list-filter-fold", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectText"],
            path: "Examples/ListFilterFold", swiftSettings: strict
        ),
        .executableTarget(
            name: "split-map-merge", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectText"],
            path: "Examples/SplitMapMerge", swiftSettings: strict
        ),
        .executableTarget(
            name: "files-across-peers", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectText"],
            path: "Examples/FilesAcrossPeers", swiftSettings: strict
        ),
        .executableTarget(
            name: "xml-filter-across-peers",
            dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectText", "ConnectXML"],
            path: "Examples/XmlFilterAcrossPeers", swiftSettings: strict
        ),
        .executableTarget(
            name: "tail-to-file", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork"],
            path: "Examples/TailToFile",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "file-to-file", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork"],
            path: "Examples/FileToFile",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ndjson-filter", dependencies: ["Connect", "ConnectFiles", "ConnectJSON", "ConnectNetwork"],
            path: "Examples/NdjsonFilter", swiftSettings: strict
        ),
        .executableTarget(
            name: "list-xml-filter-stdout",
            dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectText", "ConnectXML"],
            path: "Examples/ListXmlFilterStdout", swiftSettings: strict
        ),
        .executableTarget(
            name: "xml-feed-to-json", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectXML"],
            path: "Examples/XmlFeedToJson", swiftSettings: strict
        ),
        .executableTarget(
            name: "avro-file-to-json", dependencies: ["Connect", "ConnectAvro", "ConnectFiles", "ConnectNetwork"],
            path: "Examples/AvroFileToJson", swiftSettings: strict
        ),
        .executableTarget(
            name: "xml-to-avro",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectAvroFiles", "ConnectFiles", "ConnectNetwork", "ConnectXML",
            ],
            path: "Examples/XmlToAvro", swiftSettings: strict
        ),
        .executableTarget(
            name: "kafka-avro-to-json",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectFiles", "ConnectKafka", "ConnectNetwork", "ConnectSchemaRegistry",
            ],
            path: "Examples/KafkaAvroToJson", swiftSettings: strict
        ),
        .executableTarget(
            name: "registry-to-registry",
            dependencies: ["Connect", "ConnectAvro", "ConnectKafka", "ConnectNetwork", "ConnectSchemaRegistry"],
            path: "Examples/RegistryToRegistry", swiftSettings: strict
        ),
        .executableTarget(
            name: "own-component", dependencies: ["Connect", "ConnectCatalog", "ConnectComponents", "ConnectTool"],
            path: "Examples/OwnComponent", swiftSettings: strict
        ),
        .executableTarget(
            name: "kafka-to-kafka", dependencies: ["Connect", "ConnectKafka", "ConnectNetwork"],
            path: "Examples/KafkaToKafka",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "kafka-to-file", dependencies: ["Connect", "ConnectFiles", "ConnectKafka", "ConnectNetwork"],
            path: "Examples/KafkaToFile", swiftSettings: strict
        ),
        .executableTarget(
            name: "file-to-kafka", dependencies: ["Connect", "ConnectFiles", "ConnectKafka", "ConnectNetwork"],
            path: "Examples/FileToKafka", swiftSettings: strict
        ),
        .executableTarget(
            name: "kafka-count-stdout", dependencies: ["Connect", "ConnectFiles", "ConnectKafka", "ConnectNetwork"],
            path: "Examples/KafkaCountStdout", swiftSettings: strict
        ),
        .executableTarget(
            name: "kafka-embedded",
            dependencies: [
                "Connect", "ConnectFiles", "ConnectKafkaEmbedded", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/KafkaEmbedded", swiftSettings: strict
        ),
        .testTarget(name: "ConnectTests", dependencies: ["Connect", "ConnectTesting"], swiftSettings: strict),
        .testTarget(
            name: "SemanticsTests",
            dependencies: [
                "Connect", "ConnectTesting", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ExampleTests",
            dependencies: [
                "ConnectTesting", "ProcessSupport", "file-to-stdout", "gzip-lines-count", "list-filter-fold",
                "tail-to-file",
                "file-to-file", "files-across-peers", "list-xml-filter-stdout", "ndjson-filter", "shapes",
                "split-map-merge",
                "xml-feed-to-json", "xml-filter-across-peers", "avro-file-to-json", "xml-to-avro", "Connect",
                "ConnectAvro",
            ], swiftSettings: strict
        ),
        .executableTarget(
            name: "shapes", dependencies: ["Connect", "ConnectFiles"], path: "Tests/Fixtures/Shapes",
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectServiceTests",
            dependencies: [
                "Connect", "ConnectService", "ConnectTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DocumentTests", dependencies: ["Connect", "ConnectCatalog", "ConnectDocuments"],
            swiftSettings: strict),
        .target(name: "ProcessSupport", path: "Tests/ProcessSupport", swiftSettings: strict),
        .testTarget(
            name: "ToolTests", dependencies: ["connectctl", "own-component", "ProcessSupport"], swiftSettings: strict),
        .testTarget(name: "StyleTests", swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectAvroFiles", "ConnectFiles", "ConnectGzip", "ConnectKafka",
                "ConnectSchemaRegistry", "ConnectSchemaRegistryServer", "ConnectService", "ConnectTesting",
                "ConnectText",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CatalogTests",
            dependencies: [
                "Connect", "ConnectCatalog", "ConnectComponents", "ConnectFiles", "ConnectGzip", "ConnectJSON",
                "ConnectPatterns", "ConnectProcess",
                "ConnectTesting", "ConnectText", "ConnectXML", "ConnectZstd", "ConnectAvro", "ConnectAvroFiles",
                "ConnectSchemaRegistry", "ProcessSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WatchTests",
            dependencies: [
                "Connect", "ConnectTesting", "ConnectWatch", .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PeersSupport",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/PeersSupport", swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectNetworkTests",
            dependencies: [
                "Connect", "ConnectFiles", "ConnectNetwork", "ConnectTesting", "ConnectText", "PeersSupport",
                "ProcessSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectKafkaTests",
            dependencies: [
                "Connect", "ConnectKafka",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectKafkaEmbeddedTests",
            dependencies: ["ConnectKafka", "ConnectKafkaEmbedded", "ProcessSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "KafkaProcessTests",
            dependencies: [
                "Connect", "ConnectKafka", "ConnectKafkaEmbedded", "ConnectTesting", "ProcessSupport", "kafka-to-kafka",
                "kafka-shapes",
                "file-to-kafka", "kafka-count-stdout", "kafka-embedded", "kafka-to-file", "kafka-avro-to-json",
                "registry-to-registry", "ConnectAvro", "ConnectSchemaRegistry", "ConnectSchemaRegistryServer",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "kafka-shapes", dependencies: ["Connect", "ConnectFiles", "ConnectKafka"],
            path: "Tests/Fixtures/KafkaShapes", swiftSettings: strict
        ),
        .executableTarget(
            name: "sharing", dependencies: ["Connect", "ConnectFiles", "ConnectNetwork", "ConnectText"],
            path: "Tests/Fixtures/Sharing", swiftSettings: strict
        ),
        .testTarget(
            name: "PeersProcessTests",
            dependencies: [
                "ConnectNetwork", "ConnectTesting", "PeersSupport", "ProcessSupport", "connectctl", "sharing",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectMembershipTests",
            dependencies: ["Connect", "ConnectNetwork", "ConnectTesting", "ProcessSupport", "member"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "member", dependencies: ["ConnectNetwork"], path: "Tests/Fixtures/Member", swiftSettings: strict),
        .testTarget(
            name: "ConnectTextTests", dependencies: ["Connect", "ConnectText", "ProcessSupport"], swiftSettings: strict),
        .testTarget(
            name: "ConnectFilesTests",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectAvroFiles", "ConnectFiles",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectGzipTests",
            dependencies: ["Connect", "ConnectGzip", "ConnectTesting", "ConnectText", "ProcessSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ConnectXMLTests",
            dependencies: [
                "Connect", "ConnectCatalog", "ConnectTesting", "ConnectText", "ConnectXML", "ProcessSupport",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectJSONTests",
            dependencies: [
                "Connect", "ConnectCatalog", "ConnectJSON", "ConnectTesting", "ConnectText", "ProcessSupport",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectAvroTests",
            dependencies: ["Connect", "ConnectAvro", "ConnectJSON", "ConnectTesting", "ProcessSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectSchemaRegistryTests",
            dependencies: [
                "Connect", "ConnectAvro", "ConnectFiles", "ConnectSchemaRegistry", "ConnectSchemaRegistryServer",
                "ConnectTesting", "ProcessSupport", "connectctl",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SimulationTests", dependencies: ["Connect", "ConnectTesting"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
