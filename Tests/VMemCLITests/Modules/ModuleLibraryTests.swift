import TestSupport
import Testing

/// What modules use beside memory: numbers, arrays, lists, trees, queues, texts, tasks. The fixtures log
/// what is wrong.
struct ModuleLibraryTests {
  private static let hasCompiler =
    (try? Command.run(["sh", "-c", "command -v cc"]))?.status == 0
  private static let noCompiler: Comment = "skipped: no C compiler (cc) is installed"

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ lines: String, kernel: String) throws -> Command {
    try folder.write(Array("boot --cpus 2 --kernel \(kernel)\n\(lines)\n".utf8), to: "s.vmem")
    return try Command.run(
      [TestFiles.vmemctl, "run", "--keep-going", folder.path + "/s.vmem"],
      environment: ["XDG_CACHE_HOME": folder.path])
  }

  @Test(
    .enabled(if: hasCompiler, noCompiler),
    arguments: [
      "idr", "xarray", "radix_tree", "bitmap", "atomic", "list", "tree", "kfifo", "text", "tasks",
    ], ["6.1", "7.2"])
  func family(_ name: String, _ kernel: String) throws {
    let path = TestFiles.root + "/Tests/Fixtures/modules/library_\(name).c"
    let ran = try run("insmod \(path)\nrmmod library_\(name)\ncheck", kernel: kernel)
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
