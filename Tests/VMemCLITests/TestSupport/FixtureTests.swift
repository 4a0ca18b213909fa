import Glibc
import TestSupport
import Testing

@Suite struct FixtureTests {
  /// A recording of which nobody knows where it comes from is worth nothing.
  @Test func everyRecordingHasItsOrigin() throws {
    let readme = try Fixture.text("README.md")
    let names = try #require(TestFiles.names(in: Fixture.folder))
    #expect(names.count > 5)
    for name in names where name != "README.md" {
      // `kcore.*` stands for what is called kcore and something.
      let family = String(name.prefix { $0 != "." })
      let isNamed = ["`\(name)`", "`\(name)/", "`\(family).*`"].contains { readme.contains($0) }
      #expect(isNamed, "\(name)")
    }
  }
}
