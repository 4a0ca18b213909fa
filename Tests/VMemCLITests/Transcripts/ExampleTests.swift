import TestSupport
import Testing
import VMemScript

@testable import VMemCLI

/// The examples, the table of them in README, and `vmemctl help examples` say the same.
@Suite struct ExampleTests {
  /// Scripts are numbered from 01 without a gap, in the order to read them in.
  @Test func scriptsAreNumbered() throws {
    let scripts = try ExampleFile.all().filter { $0.path.hasSuffix(".vmem") }
    #expect(scripts.count >= 25)
    for (index, script) in scripts.enumerated() {
      let number = index + 1 < 10 ? "0\(index + 1)" : "\(index + 1)"
      #expect(script.path.hasPrefix("examples/\(number)-"))
    }
  }

  @Test func helpListsThem() throws {
    let files = try ExampleFile.all()
    let listed = Example.all.map { "\($0.path): \($0.summary)" }
    #expect(listed.sorted() == files.map { "\($0.relativePath): \($0.summary)" }.sorted())
    let help = try Command.vmemctl("help", "examples").outputText
    for file in files {
      #expect(help.contains(file.relativePath) && help.contains(file.summary))
    }
  }

  @Test func readmeListsThem() throws {
    let lines = try Pages.read(Pages.readme).split(separator: "\n").map(String.init)
    let rows = lines.drop { $0 != "| script | what it shows |" }.dropFirst(2)
    let files = try ExampleFile.all().map { file in
      var name = file.relativePath.split(separator: "/").last ?? ""
      if name.hasSuffix(".vmem") { name.removeLast(".vmem".count) }
      return "| \(name) | \(file.summary) |"
    }
    #expect(rows.sorted() == files.sorted())
  }

  /// Who gives a script as if it were a command learns how to run it.
  @Test(arguments: [["a.vmem"], ["--json", "dir/a.vmem"], ["a.vmem", "b.vmem"]])
  func scriptAsVerb(_ words: [String]) throws {
    let ran = try Command.run([TestFiles.vmemctl] + words)
    #expect(ran.status == 64)
    #expect(ran.errorText.contains("vmemctl run \(words.first { $0.hasSuffix(".vmem") } ?? "")"))
  }
}
