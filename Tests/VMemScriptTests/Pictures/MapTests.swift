import TestSupport
import Testing
import VMemScript

@Suite struct MapTests {
  private func map(_ script: String, _ arguments: String = "") -> [String] {
    let result = run(script + "\nmap \(arguments)")
    #expect(result.exit == .success, "\(result.messages)")
    return result.lines
  }

  @Test func rowsOfASmallMachine() {
    let script = """
      @s = get_vm_area 64K --flags sparse
      @a = vmalloc 16K
      @b = vmalloc 28K --caller load+0x10/0x20
      @vfree a
      """
    #expect(
      map(script) == [
        "0xffffc90000000000-0xffffe90000000000, 32 TiB",
        "  # vmalloc            1      32 KiB",
        "  % sparse             1      68 KiB",
        "  ~ unpurged           1      20 KiB",
        "  . hole               1    31.9 TiB",
        "0xffffc90000000000      68 KiB %%                 0% s sparse vmemctl",
        "0xffffc90000011000      20 KiB ~                     unpurged",
        "0xffffc90000016000      32 KiB ##               100% b vmalloc load+0x10/0x20",
        "0xffffc9000001e000    31.9 TiB ...............       hole",
      ])
  }

  /// How much of an area is mapped is what the tables say, without its guard page: next to nothing is
  /// not nothing, and all but a page not all.
  @Test func whatIsMapped() {
    let script = """
      @P = alloc_pages 1000
      @s = get_vm_area 4000K --flags sparse
      @t = get_vm_area 16K
      """
    func shares(_ more: String) -> [String] {
      map(script + "\n" + more).filter { $0.hasSuffix("vmemctl") }.map {
        String($0.split(separator: " ").first { $0.wholeMatch(of: /[0-9]+%/) != nil } ?? "")
      }
    }
    #expect(shares("") == ["0%", "0%"])
    #expect(shares("@vm_area_map_pages s s..+4K P[0]") == ["1%", "0%"])
    #expect(shares("@vm_area_map_pages s s..+2000K P[0..500]") == ["50%", "0%"])
    #expect(shares("@vm_area_map_pages s s..s.end-4K P[0..999]") == ["99%", "0%"])
    #expect(shares("@vm_area_map_pages s s..s.end P") == ["100%", "0%"])
    #expect(shares("@vmap_pages_range t..+12K P[0..3]") == ["0%", "75%"])
    let json = run(script + "\n@vmap_pages_range t..+12K P[0..3]\nmap") { $0.json = true }
    #expect(json.lines.filter { $0.contains("\"mapped\":12288") }.count == 1)
    #expect(json.lines.filter { $0.contains("\"mapped\":") }.count == 2)
  }

  /// A row of many areas says what of all of them is mapped, and pages between them are no area's.
  @Test func whatIsMappedOfMany() {
    let script = """
      @P = alloc_pages 1
      repeat 50 {
      @vmalloc 4K
      @get_vm_area 4K
      }
      @vmap_pages_range 0xffffd00000000000..+4K P
      """
    let rows = map(script).filter { $0.contains("%") && $0.hasPrefix("0x") }
    #expect(rows.count > 1)
    let json = run(script + "\nmap") { $0.json = true }
    let mapped = json.lines.compactMap { line -> Int? in
      let parts = line.split(separator: "\"mapped\":")
      return parts.count == 2 ? Int(parts[1].prefix { $0.isNumber }) : nil
    }
    #expect(mapped.reduce(0, +) == 50 * 4096)
  }

  /// A hole of a page stands beside the whole window, and every byte is in one row.
  @Test func rowsAreTheWholeRange() throws {
    let script = PictureTests.machine
    for arguments in ["", "--range modules", "--range 0..0", "--range s+4K..b+1", "--range 0..1"] {
      let result = run(script + "map \(arguments)") { $0.json = true }
      let rows = result.lines.filter { $0.contains("\"row\":\"segment\"") }
      #expect(result.lines.dropLast().allSatisfy { JSONText.isObject($0) })
      let starts = rows.compactMap { field("start", $0) }
      let ends = rows.compactMap { field("end", $0) }
      let range = try #require(result.lines.first { $0.contains("\"row\":\"range\"") })
      #expect(starts.first == field("start", range))
      #expect(ends.last == field("end", range))
      #expect(Array(starts.dropFirst()) == Array(ends.dropLast()), "\(arguments)")
      #expect(!result.output.contains("unlisted"))
    }
  }

  private func field(_ name: String, _ row: String) -> Substring? {
    let parts = row.split(separator: "\"\(name)\":\"", maxSplits: 1)
    return parts.count == 2 ? parts[1].prefix { $0 != "\"" } : nil
  }

  @Test func aRangeShowsWholeAreas() {
    let script = "@s = get_vm_area 64K --flags sparse\n@t = get_vm_area 16K"
    #expect(
      map(script, "--range s+8K..s+12K").first == "0xffffc90000000000-0xffffc90000011000, 68 KiB")
    #expect(
      map(script, "--range s+64K..s+68K+1").first
        == "0xffffc90000000000-0xffffc90000016000, 88 KiB")
    #expect(
      map(script, "--range t+1M..t+1M+1").dropFirst() == [
        "  . hole               1       4 KiB",
        "0xffffc90000111000       4 KiB .                     hole",
      ])
    #expect(map(script, "--range t..t") == ["0xffffc90000011000-0xffffc90000011000 is empty"])
    #expect(run(script + "\nmap --range t..s").exit == .badScript)
    #expect(run("map --range modules").lines[0] == "0xffffffffa0000000-0xffffffffff000000, 1.4 GiB")
  }

  /// Thousands of areas are a screenful, in which nothing is lost.
  @Test func manyAreasAreSummarised() throws {
    let script = """
      @big = vmalloc 1M
      repeat 500 { @vmalloc 4K --align 16K }
      @vmalloc 512K --caller middle
      repeat 500 { @get_vm_area 8K }
      @x = ioremap 0xfeb00000 8K
      """
    let lines = map(script)
    #expect(lines.count <= 40)
    #expect(lines.allSatisfy { $0.unicodeScalars.count <= 80 })
    #expect(lines.contains { $0.hasPrefix("  # vmalloc          502") })
    #expect(lines.contains { $0.hasPrefix("  + area             500") })
    #expect(lines.contains { $0.hasSuffix(" vmalloc middle") })
    #expect(lines.contains { $0.hasSuffix(" big vmalloc vmemctl") })
    let json = run(script + "\nmap") { $0.json = true }.lines
    let rows = json.filter { $0.contains("\"row\":\"run\"") || $0.contains("\"row\":\"segment\"") }
    #expect(rows.count <= 32)
    let counts = rows.map { row in
      Int(row.split(separator: "\"count\":", maxSplits: 1)[1].prefix { $0.isNumber }) ?? 0
    }
    // 1,003 areas, a hole in front of each of the 500 aligned ones but none behind, and the rest.
    #expect(counts.reduce(0, +) >= 1003 + 499)
    #expect(DrawnText.faults(in: run(script + "\nmap --format svg").output) == [])
  }

  /// Neighbours of one kind and caller are one row before anything else is given up.
  @Test func neighboursAreOneRow() {
    let script = """
      repeat 100 { @vmalloc 4K --caller one }
      repeat 100 { @vmalloc 4K --caller two }
      """
    #expect(
      map(script).suffix(3) == [
        "0xffffc90000000000     800 KiB ####             100% 100 vmalloc one",
        "0xffffc900000c8000     800 KiB ####             100% 100 vmalloc two",
        "0xffffc90000190000    31.9 TiB ...............       hole",
      ])
  }

  /// In the middle of calls, and in the states that random lines bring about, every address is in one
  /// list.
  @Test func partsOfCalls() {
    let result = run(
      """
      boot --cpus 2
      @a = vmalloc 64K
      @b = vmalloc 16K
      repeat 3 {
      @step 1 vfree a
      map
      @step 1
      map
      @step 1 vm_unmap_aliases
      map
      @vm_unmap_aliases
      @a = vmalloc 64K
      }
      """
    ) { $0.keepGoing = true }
    #expect(result.exit != .corrupt, "\(result.messages)")
    #expect(result.lines.count { $0.hasPrefix("0xffffc90000000000-") } == 9)
  }

  @Test func kernelsWithoutSparseAreas() {
    let lines = run("boot --kernel 6.1\n@s = get_vm_area 64K --flags 0x1000\nmap").lines
    #expect(lines.contains { $0.hasSuffix(" s area vmemctl") })
  }
}
