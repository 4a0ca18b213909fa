import TestSupport
import Testing

/// What modules use beside memory: numbers, arrays, lists, trees, queues, texts, tasks. The fixtures log
/// what is wrong.
struct ModuleLibraryTests: ModuleSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    .compilesModules,
    arguments: [
      "idr", "xarray", "radix_tree", "bitmap", "atomic", "list", "tree", "kfifo", "text", "tasks",
    ], ["6.1", "7.2"])
  func family(_ name: String, _ kernel: String) throws {
    let ran = try run(
      "insmod \(Self.fixture("library_\(name)"))\nrmmod library_\(name)\ncheck", kernel: kernel)
    let log = ran.outputText.split(separator: "\n").filter { $0.hasPrefix("[") }
      .map { $0.drop { $0 != "]" }.dropFirst(2) }
    #expect(ran.status == 0 && ran.errorText.isEmpty && log == ["done"], "\(ran)")
  }

  /// What is listed is there, and says which header it needs.
  @Test func calls() throws {
    let lines = "modcalls idr_re\nmodcalls atomic64_fetch_xor\nmodcalls linux/idr"
    let ran = try run(lines, kernel: "7.2")
    #expect(
      ran.outputText == """
        idr_remove                      linux/idr.h
        idr_replace                     linux/idr.h
        atomic64_fetch_xor
        atomic64_fetch_xor_acquire
        atomic64_fetch_xor_relaxed
        atomic64_fetch_xor_release
        linux/idr.h

        """, "\(ran)")
  }
}
