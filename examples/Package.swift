// swift-tools-version: 6.3
import PackageDescription

// Warnings are errors in continuous integration only, as in the project itself.
let isContinuousIntegration = Context.environment["CI"] != nil
let strict: [SwiftSetting] = isContinuousIntegration ? [.treatAllWarnings(as: .error)] : []

// In a package elsewhere, the dependency is given by its URL.
let vimapKit = Target.Dependency.product(name: "VimapKit", package: "vimap")

let package = Package(
  name: "examples",
  dependencies: [.package(name: "vimap", path: "..")],
  targets: [
    .executableTarget(
      name: "file-runner", dependencies: [vimapKit], path: "file-runner", swiftSettings: strict),
    .executableTarget(
      name: "word-count", dependencies: [vimapKit], path: "word-count", swiftSettings: strict),
    .executableTarget(
      name: "slow-service", dependencies: [vimapKit], path: "slow-service",
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
