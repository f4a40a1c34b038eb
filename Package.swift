// swift-tools-version: 6.2

import PackageDescription

// Every target is built in the same way: Swift 6, complete concurrency checking, no warning let through.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let cSettings: [CSetting] = [
  .treatAllWarnings(as: .error)
]

let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "mlt",
  products: [
    .executable(name: "mlt", targets: ["mlt"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: The executable and the command line

    .executableTarget(name: "mlt", dependencies: ["MLTCommands"], swiftSettings: settings),
    .target(
      name: "MLTCommands",
      dependencies: [
        "ContentComparison", "DVCProjects", "FileTracing", "GitAccess", "Journaling", "Lineage", "LineageIndexing",
        "MLTBase", "ObjectStorage", "Pipelines", "Plotting", "PredictionLogs", "ProvenanceExchange", "Remotes",
        "TrackingStores",
        systemPackage,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings
    ),

    // MARK: The operations

    .target(
      name: "Lineage",
      dependencies: [
        "ContentComparison", "DVCProjects", "FileTracing", "GitAccess", "Journaling", "LineageIndexing", "MLTBase",
        "ObjectStorage", "Pipelines", "Plotting", "PredictionLogs", "ProvenanceExchange", "Remotes", "TrackingStores",
        systemPackage,
      ],
      swiftSettings: settings
    ),

    // MARK: The engines

    .target(
      name: "ContentComparison", dependencies: ["CImages", "CZlib", "CZstd", "MLTBase"], swiftSettings: settings),
    .target(
      name: "DVCProjects",
      dependencies: [
        "MLTBase", systemPackage, .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings
    ),
    .target(name: "FileTracing", dependencies: ["CTracing", "MLTBase", systemPackage], swiftSettings: settings),
    .target(name: "GitAccess", dependencies: ["CLibgit2", "MLTBase", systemPackage], swiftSettings: settings),
    .target(name: "Journaling", dependencies: ["CZlib", "MLTBase", systemPackage], swiftSettings: settings),
    .target(
      name: "LineageIndexing",
      dependencies: ["Journaling", "MLTBase", systemPackage, .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings
    ),
    .target(name: "ObjectStorage", dependencies: ["CZstd", "MLTBase", systemPackage], swiftSettings: settings),
    .target(
      name: "Pipelines", dependencies: ["MLTBase", .product(name: "Yams", package: "Yams")], swiftSettings: settings),
    .target(name: "Plotting", swiftSettings: settings),
    .target(name: "PredictionLogs", dependencies: ["CZlib", "MLTBase", systemPackage], swiftSettings: settings),
    .target(
      name: "ProvenanceExchange", dependencies: ["Journaling", "MLTBase", systemPackage], swiftSettings: settings),
    .target(
      name: "Remotes", dependencies: ["Journaling", "MLTBase", "ObjectStorage", systemPackage], swiftSettings: settings),
    .target(
      name: "TrackingStores",
      dependencies: ["MLTBase", "Pipelines", systemPackage, .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings
    ),

    // MARK: The base

    .target(
      name: "MLTBase",
      dependencies: [systemPackage, .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: settings
    ),

    // MARK: C

    // libjpeg says where it is through pkg-config, too, but SwiftPM asks for a system library's alone.
    .target(
      name: "CImages", cSettings: cSettings,
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
    .target(name: "CTracing", cSettings: cSettings),
    .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // MARK: Tests

    .target(
      name: "TestSupport", dependencies: ["MLTBase", systemPackage], path: "Tests/TestSupport", swiftSettings: settings),
    // Months of invented pipelines with one fault in each, for what claims to find such faults.
    .target(
      name: "PlantedFaults",
      dependencies: ["Journaling", "Lineage", "MLTBase", "ObjectStorage", "TestSupport", systemPackage],
      path: "Tests/PlantedFaults", swiftSettings: settings),
    .executableTarget(
      name: "planted-fault", dependencies: ["Lineage", "MLTBase", "PlantedFaults", "TestSupport", systemPackage],
      path: "Tests/Helpers/PlantedFaultWriter", swiftSettings: settings),
    .testTarget(
      name: "PlantedFaultsTests",
      dependencies: [
        "Journaling", "Lineage", "LineageIndexing", "MLTBase", "ObjectStorage", "PlantedFaults", "TestSupport",
        systemPackage,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ContentComparisonTests", dependencies: ["ContentComparison", "MLTBase"], exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(
      name: "DVCProjectsTests", dependencies: ["DVCProjects", "MLTBase", "TestSupport", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests", dependencies: ["MLTBase", "TestSupport", "mlt", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "FileTracingTests",
      dependencies: ["FileTracing", "MLTBase", "TestSupport", "tracing-test-driver", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "GitAccessTests", dependencies: ["GitAccess", "MLTBase", "TestSupport", systemPackage],
      swiftSettings: settings),
    // Appends to a journal from a process of its own, for tests of several at once and of one that is killed.
    .executableTarget(
      name: "journal-appender", dependencies: ["Journaling", "MLTBase", systemPackage],
      path: "Tests/Helpers/JournalAppender", swiftSettings: settings),
    // Writes to a store and ends badly.
    .executableTarget(
      name: "store-writer", dependencies: ["MLTBase", "ObjectStorage", "TestSupport", systemPackage],
      path: "Tests/Helpers/StoreWriter", swiftSettings: settings),
    // Writes journals of any size, and times opening and asking an index of them.
    .executableTarget(
      name: "journal-generator",
      dependencies: ["Journaling", "LineageIndexing", "MLTBase", "TestSupport", systemPackage],
      path: "Tests/Benchmarks/JournalGenerator", swiftSettings: settings),
    .testTarget(
      name: "JournalingTests",
      dependencies: ["Journaling", "MLTBase", "TestSupport", "journal-appender", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "LineageTests",
      dependencies: ["DVCProjects", "FileTracing", "Journaling", "Lineage", "MLTBase", "TestSupport", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "LineageIndexingTests",
      dependencies: ["Journaling", "LineageIndexing", "MLTBase", "TestSupport", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "MLTBaseTests", dependencies: ["MLTBase", "TestSupport", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "ObjectStorageTests",
      dependencies: ["MLTBase", "ObjectStorage", "TestSupport", "store-writer", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "PipelinesTests", dependencies: ["MLTBase", "Pipelines", "TestSupport", systemPackage],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting"], swiftSettings: settings),
    .testTarget(
      name: "PredictionLogsTests", dependencies: ["CZlib", "MLTBase", "PredictionLogs", "TestSupport", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "ProvenanceExchangeTests",
      dependencies: ["Journaling", "MLTBase", "ProvenanceExchange", "TestSupport", systemPackage],
      swiftSettings: settings),
    // Shares through a remote from a process of its own.
    .executableTarget(
      name: "remote-sharer", dependencies: ["Journaling", "MLTBase", "ObjectStorage", "Remotes", systemPackage],
      path: "Tests/Helpers/RemoteSharer", swiftSettings: settings),
    .testTarget(
      name: "RemotesTests",
      dependencies: [
        "Journaling", "MLTBase", "ObjectStorage", "Remotes", "TestSupport", "remote-sharer", systemPackage,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "TrackingStoresTests", dependencies: ["MLTBase", "TestSupport", "TrackingStores", systemPackage],
      swiftSettings: settings),

    // A front end of its own process for the tests of FileTracing: one that can be stopped, signalled and killed.
    .executableTarget(
      name: "tracing-test-driver", dependencies: ["FileTracing", "MLTBase", systemPackage],
      path: "Tests/TracingTestDriver", swiftSettings: settings),
  ]
)
