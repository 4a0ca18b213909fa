internal import Glibc

/// Files under Tests/Fixtures: what running kernels said (Tests/Fixtures/README.md).
package enum Fixture {
  /// The folder, with a slash at the end.
  package static var folder: String { TestFiles.root + "/Tests/Fixtures/" }

  package static func exists(_ name: String) -> Bool { access(folder + name, R_OK) == 0 }

  package static func text(_ name: String) throws(HostFailure) -> String {
    try TestFiles.read(folder + name)
  }

  package static func lines(_ name: String) throws(HostFailure) -> [String] {
    try text(name).split(separator: "\n").map(String.init)
  }
}
