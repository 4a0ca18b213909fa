// swift-tools-version: 6.2
import PackageDescription

// A package as a user of the library writes it: it names the products and nothing else. SwiftPM
// refuses dependencies that set unsafe flags, so that it builds is the test.
let package = Package(
  name: "FirstMachine",
  dependencies: [.package(name: "vmemctl", path: "../..")],
  targets: [
    .executableTarget(
      name: "FirstMachine",
      dependencies: [
        .product(name: "VMem", package: "vmemctl"), .product(name: "VMemViews", package: "vmemctl"),
      ])
  ]
)
