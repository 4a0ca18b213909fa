import Glibc
import TestSupport
import Testing

/// README, articles and examples do what they show. `VMEMCTL_REWRITE=1 swift test --filter
/// Transcript` writes what was shown into the files instead; read the difference before committing it.
@Suite struct TranscriptTests {
  static let rewrites = TestFiles.environment["VMEMCTL_REWRITE"] != nil

  @Test(arguments: Pages.all)
  func markdown(_ page: String) throws {
    try check(TestFiles.root + "/" + page, isMarkdown: true)
  }

  /// Every script in examples/ has its transcript in Tests/Transcripts, and every transcript its
  /// script. What runs other programs is run by the checks that know whether they are there.
  @Test func examples() throws {
    let foreign = ["dump", "drgn", "crash", "gdb-live"].map { "examples/shell/\($0).sh" }
    let examples = try ExampleFile.all().filter { !foreign.contains($0.path) }
    let folder = TestFiles.root + "/Tests/Transcripts/"
    for example in examples {
      let path = folder + example.name + ".txt"
      if Self.rewrites { try TestFiles.write("$ \(example.command)\n", to: path) }
      try check(path, isMarkdown: false)
    }
    let names = try Command.run(["ls", folder]).lines
    #expect(names.map(String.init).sorted() == examples.map { $0.name + ".txt" }.sorted())
  }

  private func check(_ path: String, isMarkdown: Bool) throws {
    let transcript = Transcript(try TestFiles.read(path), isMarkdown: isMarkdown)
    // Images that commands make stay out of the sources.
    let folder = try TemporaryFolder()
    symlink(TestFiles.root + "/examples", folder.path + "/examples")
    var made: Set<String> = []
    var outputs: [[Substring]] = []
    for step in transcript.steps {
      if let name = step.shownFile, made.insert(name).inserted {
        try folder.write(Array(step.text.map { $0 + "\n" }.joined().utf8), to: name)
      }
      var shown = try Transcript.show(step.command, in: folder.path)
      // Blank lines between a command's output and what follows belong to the page.
      while shown.last == "" { shown.removeLast() }
      if !Self.rewrites { #expect(shown == step.text, "\(path): \(step.command)") }
      outputs.append(shown + step.expected[step.text.count...])
    }
    if Self.rewrites { try TestFiles.write(transcript.rewritten(outputs), to: path) }
  }
}
