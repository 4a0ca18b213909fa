// swift-tools-version: 6.2
import Glibc
import PackageDescription

let plain: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]
// Optimised for debugging too: the tests run millions of steps of the engine. Whoever depends on a
// version of the package may not be given such flags, and needs none: it lies in one of these folders.
let isDependency = ["/checkouts/", "/registry/"].contains { Context.packageDirectory.contains($0) }
let fast: [SwiftSetting] =
  isDependency ? [] : [.unsafeFlags(["-O"], .when(configuration: .debug))]
let quick = plain + fast
let strict = quick + [.strictMemorySafety()]
// The tests start the program thousands of times, and a static one starts three times faster. It lies
// high, as `Scripts/install` explains. Not every host has what that is linked with, and sanitizers
// (VMEMCTL_DYNAMIC=1) want a dynamic one.
let folders = (Context.environment["PATH"] ?? "").split(separator: ":")
let libraries = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]
let canBeStatic =
  Context.environment["VMEMCTL_DYNAMIC"] == nil
  && folders.contains { access("\($0)/ld.lld", X_OK) == 0 }
  && folders.contains {
    access("\($0)/../lib/swift_static/linux/static-executable-args.lnk", R_OK) == 0
  }
  && libraries.contains { access("\($0)/libc.a", R_OK) == 0 }
let linked: [LinkerSetting] =
  isDependency || !canBeStatic
  ? []
  : [
    .unsafeFlags(
      ["-static-executable", "-use-ld=lld", "-Xlinker", "--image-base=0x70000000"],
      .when(configuration: .debug))
  ]

let package = Package(
  name: "vmemctl",
  products: [
    .library(name: "VMem", targets: ["VMem"]),
    .library(name: "VMemViews", targets: ["VMemViews"]),
    .executable(name: "vmemctl", targets: ["vmemctl"]),
  ],
  targets: [
    .target(name: "CHost"),
    .target(name: "CPeer"),
    .target(name: "VMem", dependencies: ["CHost"], swiftSettings: strict),
    .target(name: "VMemViews", dependencies: ["CHost", "VMem"], swiftSettings: strict),
    .target(name: "CModule", exclude: ["include"], publicHeadersPath: "public"),
    .target(
      name: "VMemModules", dependencies: ["CHost", "CModule", "VMem", "VMemViews"],
      swiftSettings: quick),
    .target(
      name: "VMemScript", dependencies: ["CHost", "VMem", "VMemViews", "VMemModules"],
      swiftSettings: strict),
    .target(
      name: "VMemBench", dependencies: ["CPeer", "VMem", "VMemViews", "VMemScript"],
      swiftSettings: strict),
    .target(
      name: "VMemCLI", dependencies: ["CHost", "VMem", "VMemViews", "VMemScript", "VMemBench"],
      swiftSettings: strict),
    .executableTarget(
      name: "vmemctl", dependencies: ["CHost", "VMemCLI"], swiftSettings: plain,
      linkerSettings: linked),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: quick),
    .testTarget(
      name: "VMemTests", dependencies: ["TestSupport", "VMem"], swiftSettings: plain),
    .testTarget(
      name: "VMemViewsTests", dependencies: ["TestSupport", "VMem", "VMemViews"],
      swiftSettings: plain),
    .testTarget(
      name: "VMemModulesTests", dependencies: ["TestSupport", "VMem", "VMemViews", "VMemModules"],
      swiftSettings: plain),
    .testTarget(
      name: "VMemScriptTests", dependencies: ["TestSupport", "VMem", "VMemViews", "VMemScript"],
      swiftSettings: plain),
    .testTarget(
      name: "VMemBenchTests",
      dependencies: ["TestSupport", "VMem", "VMemViews", "VMemScript", "VMemBench"],
      swiftSettings: plain),
    .target(name: "CRecorder", path: "Tests/CRecorder"),
    // The program of the first article; the tests run it, and Tests/Package builds it from outside.
    .executableTarget(
      name: "FirstMachine", dependencies: ["VMem", "VMemViews"],
      path: "Tests/Package/Sources/FirstMachine", packageAccess: false, swiftSettings: plain),
    .testTarget(
      name: "VMemCLITests",
      dependencies: [
        "CRecorder", "TestSupport", "VMem", "VMemViews", "VMemScript", "VMemBench", "VMemCLI",
      ],
      swiftSettings: plain),
  ]
)

// What `Scripts/fuzz` builds: it needs a compiler with libFuzzer, which not every toolchain has.
if Context.environment["VMEMCTL_FUZZ"] != nil {
  package.targets += [
    .target(name: "CFuzz", path: "Tests/CFuzz"),
    .executableTarget(
      name: "Fuzz", dependencies: ["CFuzz", "VMem", "VMemScript"], path: "Tests/Fuzz",
      swiftSettings: [.swiftLanguageMode(.v6)]),
  ]
}
