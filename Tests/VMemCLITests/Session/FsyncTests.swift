import TestSupport
import Testing

/// What `fsync` writes, after the host's files have changed.
struct FsyncTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func vmemctl(_ words: String...) throws -> Command {
    try Command.run(
      [TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": folder.path + "/m.img"])
  }

  private func sh(_ script: String) throws -> Command {
    try Command.run(["sh", "-c", "cd \"$1\" && " + script, "sh", folder.path])
  }

  /// It does not write through a link that has taken the file's place, or that of a folder above it,
  /// wherever that leads.
  @Test(arguments: ["rm d/a; ln -s ../b d/a", "mv d e; ln -s e d", "mv d/a d/c; ln -s c d/a"])
  func fsyncFollowsNoLinks(_ swap: String) throws {
    #expect(try sh("rm -rf m.img* b d e; mkdir d; printf aaaa > d/a; printf bbbb > b").status == 0)
    defer { _ = try? sh("rm -rf m.img* b d e") }
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    #expect(try vmemctl("f", "=", "file_open", folder.path + "/d/a").status == 0)
    #expect(try vmemctl("pwrite", "f", "0", "text:J").status == 0)
    #expect(try sh(swap).status == 0)
    let refused = try vmemctl("fsync", "f")
    #expect(refused.outputText == "-EIO\n" && refused.status == 1)
    #expect(refused.errorText.contains("leads through a symbolic link by now"), "\(refused)")
    #expect(try vmemctl("ftruncate", "f", "100").status == 0)
    #expect(try vmemctl("fsync", "f").outputText == "-EIO\n")
    #expect(try sh("cat b d/a; wc -c < d/a").outputText.contains("bbbb"))
    #expect(try sh("! grep -rq J b d").status == 0)
    // Back in its place, it is written.
    #expect(try sh("rm -rf d e; mkdir d; printf aaaa > d/a").status == 0)
    #expect(try vmemctl("fsync", "f").status == 0)
    #expect(try folder.bytes("d/a").starts(with: Array("Jaaa".utf8)))
  }
}
