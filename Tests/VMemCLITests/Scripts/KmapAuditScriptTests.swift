import TestSupport
import Testing

/// `Scripts/kmap-audit` on a made-up source tree.
@Suite struct KmapAuditScriptTests {
  private static let script = TestFiles.root + "/Scripts/kmap-audit"
  private static let tree = TestFiles.root + "/Tests/Fixtures/kmap-tree"

  @Test func callersAreClassified() throws {
    let result = try Command.run([Self.script, Self.tree])
    #expect(result.status == 0, "\(result.errorText)")
    let rows = result.lines.dropLast().map {
      $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    #expect(
      rows == [
        "global drivers/send.c:7 start stored in an object",
        "global drivers/send.c:19 later handed to another context",
        "global drivers/send.c:26 map_only released by another function",
        "local drivers/send.c:33 first_byte kmap_local_page already is",
        "local drivers/send.c:41 sum used and released here",
        "local fs/copy.c:8 copy_one used and released here",
        "local fs/copy.c:9 copy_one used and released here",
        "global fs/copy.c:17 read_dir stored in an object",
        "global fs/copy.c:23 page_data returned to the caller",
        "global fs/copy.c:28 fill_cache stored in a variable of the file",
        "local fs/copy.c:34 clear_one kmap_atomic already is",
        "global lib/ways.c:6 wrapped stored in an object",
        "global lib/ways.c:14 out_parameter stored through a pointer",
        "local lib/ways.c:22 both used and released here",
        "local lib/ways.c:22 both used and released here",
        "global lib/ways.c:32 other_name stored in an object",
        "global lib/ways.c:41 at_once stored in an object",
        "local lib/ways.c:49 argument used and released here",
        "local lib/ways.c:51 argument used and released here",
        "global lib/ways.c:63 longer_than_the_call stored in a variable of the file",
        "global lib/ways.c:66 longer_than_the_call stored in a variable of the file",
        "global lib/ways.c:68 longer_than_the_call handed to another context",
        "global lib/ways.c:76 later_to_caller stored through a pointer",
      ])
    #expect(
      result.lines.last
        == "23 callers: 9 thread local (39 %), kmap_local_page fits; 14 need a global mapping (61 %)"
    )
  }

  @Test func oneFileAndNone() throws {
    let one = try Command.run([Self.script, Self.tree + "/fs/copy.c"])
    #expect(one.lines.count == 7)
    let none = try Command.run([Self.script, TestFiles.root + "/Tests/Fixtures/areas"])
    #expect(none.outputText == "no callers of kmap\n")
    for arguments in [[], ["/nonexistent/tree"], [Self.tree, Self.tree]] {
      let result = try Command.run([Self.script] + arguments)
      #expect(result.status == 64)
      #expect(result.errorText.hasPrefix("usage: kmap-audit PATH"))
    }
  }
}
