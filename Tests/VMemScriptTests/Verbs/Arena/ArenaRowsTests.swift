import TestSupport
import Testing
import VMemScript

/// Rows of vmallocinfo that a 6.18 kernel showed for arenas of 1 page, of 100 and of 4 GiB.
@Suite struct ArenaRowsTests {
  /// Rows without what is hashed: each start and end becomes the number of the address in order of
  /// appearance when rows are sorted into a chain.
  private static func shape(_ rows: [Substring]) -> (texts: [String], neighbours: Int) {
    let words = rows.map { $0.split(separator: " ") }
    let texts = words.map { $0.dropFirst().joined(separator: " ") }
    let ranges = words.map { $0[0].split(separator: "-") }
    let starts = Set(ranges.map { $0[0] })
    return (texts.sorted(), ranges.count { starts.contains($0[1]) })
  }

  @Test func rowsAreAsRecorded() throws {
    let lines = try Fixture.lines("arena/arena_rows.txt")
    let sections = lines.split { $0.hasPrefix("#") }.map { $0.map { Substring($0) } }
    try #require(lines.count == 13 && sections.map { $0.count } == [3, 3, 2])
    var kernel = try ScriptedKernel("boot --kernel 6.18 --cpus 2\n@m = mm_create\n@switch_mm m\n")
    let parts = [
      "a = arena_create 1\nb = arena_create 100\nc = arena_create 1048576",
      """
      u = arena_mmap a
      v = arena_mmap b
      w = arena_mmap c
      write u 01
      write v 01
      write w 01
      write v+50p 01
      write w+50p 01
      """,
      "arena_munmap b\narena_free b\nvm_unmap_aliases",
    ]
    for (part, wanted) in zip(parts, sections) {
      let printed = kernel.lines(part + "\nvmallocinfo --pointers hashed").filter {
        $0.contains(" sparse ")
      }
      let (ours, theirs) = (Self.shape(printed.map { $0[...] }), Self.shape(wanted))
      #expect(ours.texts == theirs.texts && ours.neighbours == theirs.neighbours, "\(printed)")
    }
    // After its exit the program's arenas are gone.
    let left = kernel.lines("arena_free a\narena_free c\nswitch_mm 0\nmmput m\nvmallocinfo")
    #expect(left.allSatisfy { !$0.contains(" sparse ") })
    kernel.expectSound()
  }
}
