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
    let rows = try Pages.read(Pages.readme).split(separator: "\n").filter {
      $0.contains("](examples/")
    }
    let files = try ExampleFile.all().map {
      "| [\($0.relativePath.split(separator: "/").last ?? "")](\($0.path)) | \($0.summary) |"
    }
    #expect(rows.map(String.init).sorted() == files.sorted())
  }

  /// A healthy machine has nothing that an audit of its entries would say; the example about it ends
  /// with one.
  @Test func noEntryIsStaleBehindThem() throws {
    for file in try ExampleFile.all() where file.path.hasSuffix(".vmem") {
      let script = try TestFiles.read("\(TestFiles.root)/\(file.path)")
      let ran = try Command.run(
        [TestFiles.vmemctl, "run", "-"],
        input: Array((script + "\nmap_audit\nassert pagetables.stale eq 0\ncheck\n").utf8))
      #expect(ran.status == 0, "\(file.path): \(ran.errorText)\(ran.outputText.suffix(400))")
    }
  }

  /// Who gives a script as if it were a command learns how to run it.
  @Test(arguments: [["a.vmem"], ["--json", "dir/a.vmem"], ["a.vmem", "b.vmem"]])
  func scriptAsVerb(_ words: [String]) throws {
    let ran = try Command.run([TestFiles.vmemctl] + words)
    #expect(ran.status == 64)
    #expect(ran.errorText.contains("vmemctl run \(words.first { $0.hasSuffix(".vmem") } ?? "")"))
  }
}
