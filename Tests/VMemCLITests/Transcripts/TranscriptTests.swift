import Glibc
import TestSupport
import Testing

/// README and examples do what they show. `VMEMCTL_REWRITE=1 swift test --filter Transcript` writes
/// what was shown into the files instead; read the difference before committing it.
@Suite struct TranscriptTests {
  static let rewrites = TestFiles.environment["VMEMCTL_REWRITE"] != nil

  @Test(arguments: ["README.md"])
  func markdown(_ file: String) throws {
    try check(TestFiles.root + "/" + file, isMarkdown: true)
  }

  /// Every script in examples/ has its transcript in Tests/Transcripts, and every transcript its
  /// script. What runs other programs is run by the checks that know whether they are there.
  @Test func examples() throws {
    let scripts = try Command.run(["ls", TestFiles.root + "/examples"]).lines
      .filter { $0.hasSuffix(".vmem") || $0 == "session.sh" || $0 == "test_vmalloc.sh" }
    let folder = TestFiles.root + "/Tests/Transcripts/"
    for script in scripts {
      let name = script.prefix { $0 != "." }
      let path = folder + name + ".txt"
      let command = script.hasSuffix(".sh") ? "" : "vmemctl run "
      if Self.rewrites { try TestFiles.write("$ \(command)examples/\(script)\n", to: path) }
      try check(path, isMarkdown: false)
    }
    #expect(try Command.run(["ls", folder]).lines.count == scripts.count)
    #expect(scripts.count >= 4)
  }

  /// A README without commands would pass unseen.
  @Test func readmeShowsCommands() throws {
    let readme = try TestFiles.read(TestFiles.root + "/README.md")
    #expect(Transcript(readme, isMarkdown: true).steps.count >= 5)
  }

  /// The session of the README is the script, line for line.
  @Test func readmeShowsTheSession() throws {
    func lines(_ path: String) throws -> [Substring] {
      try TestFiles.read(TestFiles.root + path).split(separator: "\n")
    }
    let script = try lines("/examples/session.sh").dropFirst(2).map { "$ " + $0 }
    #expect(script.count > 15)
    let readme = try lines("/README.md").filter { $0.hasPrefix("$ ") }.map(String.init)
    #expect(readme.contains(script))
  }

  private func check(_ path: String, isMarkdown: Bool) throws {
    let transcript = Transcript(try TestFiles.read(path), isMarkdown: isMarkdown)
    // Images that commands make stay out of the sources.
    let folder = try TemporaryFolder()
    symlink(TestFiles.root + "/examples", folder.path + "/examples")
    var outputs: [[Substring]] = []
    for step in transcript.steps {
      var shown = try Transcript.show(step.command, in: folder.path)
      // Blank lines between a command's output and what follows belong to the page.
      while shown.last == "" { shown.removeLast() }
      var expected = step.expected[...]
      while expected.last == "" { expected.removeLast() }
      if !Self.rewrites { #expect(shown == Array(expected), "\(path): \(step.command)") }
      outputs.append(shown + step.expected[expected.endIndex...])
    }
    if Self.rewrites { try TestFiles.write(transcript.rewritten(outputs), to: path) }
  }
}
