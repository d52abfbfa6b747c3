// swift-tools-version: 6.3
import PackageDescription

// Warnings are errors in continuous integration only, so that a newer compiler's new warning
// stops us there and never a person who wants to build.
let isContinuousIntegration = Context.environment["CI"] != nil
let strict: [SwiftSetting] = isContinuousIntegration ? [.treatAllWarnings(as: .error)] : []
let strictC: [CSetting] = isContinuousIntegration ? [.treatAllWarnings(as: .error)] : []

let package = Package(
  name: "vimap",
  products: [
    .executable(name: "vimap", targets: ["vimap"]),
    .library(name: "VimapKit", targets: ["VimapKit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // C libraries: a module map and a shim header each.
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson",
      providers: [.apt(["libjansson-dev"]), .brew(["jansson"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CVimapSystem", cSettings: strictC),
    .target(name: "CVimapJSON", cSettings: strictC),
    .target(name: "CVimapDigest", cSettings: strictC),
    // libcurl, loaded when it is first called.
    .target(name: "CCurl", cSettings: strictC),

    // The modules, lowest first. A target knows only those above it in this list.
    .target(name: "VimapBytes", swiftSettings: strict),
    .target(
      name: "VimapSystem",
      dependencies: [
        "CVimapSystem", "VimapBytes",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .target(
      name: "VimapJSON", dependencies: ["CJansson", "CVimapJSON", "VimapBytes"],
      swiftSettings: strict),
    .target(name: "VimapCoding", dependencies: ["VimapBytes"], swiftSettings: strict),
    .target(
      name: "VimapCheckpoint", dependencies: ["CVimapDigest", "VimapBytes", "VimapSystem"],
      swiftSettings: strict),
    .target(
      name: "VimapKit",
      dependencies: [
        "VimapBytes", "VimapSystem", "VimapJSON", "VimapCoding",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .target(
      name: "VimapRecords",
      dependencies: [
        "VimapBytes", "VimapSystem", "VimapJSON", "VimapCheckpoint", "VimapKit",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .target(
      name: "VimapExec",
      dependencies: [
        "VimapRecords", .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .target(
      name: "VimapHTTP", dependencies: ["VimapRecords", "CCurl", "CZlib"], swiftSettings: strict),
    .executableTarget(
      name: "vimap",
      dependencies: [
        "VimapJSON", "VimapCheckpoint", "VimapRecords", "VimapExec", "VimapHTTP",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    // What the Python pools in Benchmarks/pool are measured against.
    .executableTarget(
      name: "pool-benchmark", dependencies: ["VimapKit"], path: "Benchmarks/pool/program",
      swiftSettings: strict),

    .executableTarget(
      name: "coding-benchmark", dependencies: ["VimapBytes", "VimapCoding"],
      path: "Benchmarks/pool/coding", swiftSettings: strict),

    // What simdjson is measured beside.
    .executableTarget(
      name: "scanner-benchmark", dependencies: ["VimapBytes", "VimapJSON"],
      path: "Benchmarks/scanner", swiftSettings: strict),

    // Whose instructions are counted.
    .executableTarget(
      name: "path-benchmark",
      dependencies: ["VimapBytes", "VimapJSON", "VimapRecords", "VimapSystem"],
      path: "Benchmarks/path", swiftSettings: strict),

    // A program of one thread, which a test process is not: forks pools and looks at what they do.
    .executableTarget(
      name: "pool-cases", dependencies: ["VimapKit", "VimapRecords"], path: "Tests/PoolCases",
      swiftSettings: strict),

    // The code of the documentation, so that it is compiled and run.
    .executableTarget(
      name: "tutorial", dependencies: ["VimapKit"], path: "Tests/Tutorial", swiftSettings: strict),

    .testTarget(name: "VimapBytesTests", dependencies: ["VimapBytes"], swiftSettings: strict),
    .testTarget(
      name: "VimapSystemTests",
      dependencies: ["VimapSystem", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: strict),
    .testTarget(
      name: "VimapJSONTests", dependencies: ["VimapJSON"],
      resources: [.copy("Corpus")], swiftSettings: strict),
    .testTarget(name: "VimapCodingTests", dependencies: ["VimapCoding"], swiftSettings: strict),
    .testTarget(
      name: "VimapCheckpointTests",
      dependencies: [
        "VimapCheckpoint", "VimapBytes", "VimapSystem",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "VimapKitTests", dependencies: ["VimapKit", "pool-cases", "tutorial"],
      swiftSettings: strict),
    .testTarget(
      name: "VimapRecordsTests", dependencies: ["VimapRecords"], swiftSettings: strict),
    .testTarget(
      name: "VimapExecTests", dependencies: ["VimapExec"], swiftSettings: strict),
    .testTarget(name: "VimapHTTPTests", dependencies: ["VimapHTTP"], swiftSettings: strict),
    .testTarget(
      name: "VimapTests", dependencies: ["vimap", "VimapRecords"], swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests", dependencies: ["vimap", "VimapSystem"],
      resources: [.copy("Cases")], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// It is linked with libFuzzer, so only `scripts/fuzz` builds it.
if Context.environment["VIMAP_FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "vimap-fuzz",
      dependencies: [
        "VimapBytes", "VimapSystem", "VimapJSON", "VimapCoding", "VimapCheckpoint", "VimapKit",
        "VimapRecords", "VimapExec", "VimapHTTP",
      ],
      path: "Fuzzing/program",
      // One thread runs it, and its targets keep what they need from one input to the next.
      swiftSettings: [.swiftLanguageMode(.v5)]))
}
