// swift-tools-version: 6.2
import PackageDescription

// A package as a user of the library writes it: it names the product and nothing else. SwiftPM
// refuses dependencies that set unsafe flags, so that it builds is the test.
let package = Package(
  name: "Dependent",
  dependencies: [.package(name: "vmemctl", path: "../..")],
  targets: [
    .executableTarget(
      name: "Dependent", dependencies: [.product(name: "VMem", package: "vmemctl")])
  ]
)
