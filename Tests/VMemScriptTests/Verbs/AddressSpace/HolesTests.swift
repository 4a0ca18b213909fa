import TestSupport
import Testing
import VMem
import VMemScript

@Suite struct HolesTests {
  private static let machine = """
    @boot --memory 64M --cpus 2 --nodes 2
    @a = get_vm_area 60K --caller first+0x1/0x2
    @b = vmalloc 124K --caller 'second+0x3/0x4 [mod]'
    @c = get_vm_area 28K
    @free_vm_area a

    """

  @Test func rows() {
    let result = run(Self.machine + "holes\nholes --purged\nholes --top 1 --purged")
    #expect(
      result.output == """
        0xffffc90000038000-0xffffe90000000000 35184371859456 below: c area vmemctl above: end of vmalloc space
        0xffffc90000038000-0xffffe90000000000 35184371859456 below: c area vmemctl above: end of vmalloc space
        0xffffc90000000000-0xffffc90000010000   65536 below: start of vmalloc space above: b vmalloc second+0x3/0x4 [mod]
        0xffffc90000038000-0xffffe90000000000 35184371859456 below: c area vmemctl above: end of vmalloc space
        1 more, 65536 bytes

        """)
  }

  @Test(arguments: ["", " --file \(Fixture.folder)vmallocinfo/ubuntu"])
  func numbersOfLines(_ file: String) {
    for (top, isGood) in [("1", true), ("0x7fffffffffffffff", true), ("0", false), ("-1", false)] {
      let ran = run("holes --top \(top)\(file)")
      #expect(ran.exit == (isGood ? .success : .badScript), "\(top): \(ran.messages)")
      #expect(isGood || ran.messages.contains("--top \(top) is no number of lines; 1 or more"))
    }
  }

  /// What ends before it begins is no range, near 0 too: of a machine and of a file.
  @Test(arguments: ["holes", "totals", "map", "page_tables"])
  func reversedRanges(_ verb: String) throws {
    let file = " --file \(Fixture.folder)vmallocinfo/ubuntu"
    for options in verb == "page_tables" ? [""] : ["", file] {
      for range in ["0x10..0x5", "0x5000..0x1000", "0xffffc90000001000..0xffffc90000000fff"] {
        let ran = run("\(verb) --range \(range)\(options)")
        #expect(ran.exit == .badScript && ran.output.isEmpty)
        #expect(ran.messages.contains("\(range) ends before it begins"), "\(ran.messages)")
      }
      let empty = run("\(verb) --range 0x10..0x10\(options)")
      #expect(empty.exit == .success && !empty.output.contains("hole "), "\(empty.output)")
    }
  }

  /// fit answers as get_vm_area does, and makes no holes up.
  @Test(arguments: ["", " --file \(Fixture.folder)vmallocinfo/ubuntu"])
  func fitInNoRange(_ file: String) {
    for range in ["0x10..0x5", "0xffffc90000005000..0xffffc90000005000"] {
      let ran = run("fit 4K --range \(range)\(file)")
      #expect(ran.exit == .unexpectedError && ran.output == "NULL\n", "\(ran)")
      #expect(ran.messages.contains("the range has no address") && !ran.messages.contains("hole:"))
    }
  }

  /// What --purged shows is what a purge of everything leaves.
  @Test(arguments: KernelVersion.released)
  func purged(_ kernel: KernelVersion) {
    var generator = SeededGenerator(seed: 11)
    var script = "@boot --memory 64M --cpus 4 --kernel \(kernel.text)\n@P = alloc_pages 8\n"
    for number in 0..<300 {
      script +=
        "@cpu \(generator.index(4))\n@a\(number) = get_vm_area \(1 + generator.index(40))p\n"
      script += "@m\(number) = vm_map_ram P[0..4]\n"
      if generator.once(in: 3) { script += "@vm_unmap_ram m\(number) 4\n" }
      if number > 5 { script += "@expect 0,EINVAL free_vm_area a\(number - 5)\n" }
      if generator.once(in: 40) { script += "@vm_unmap_aliases\n" }
    }
    script = script.replacing("expect 0,EINVAL ", with: "")
    let before = run(script + "holes --purged --top 100000")
    let after = run(script + "@reclaim_vmap\nholes --top 100000")
    #expect(before.exit == .success && after.exit == .success, "\(before.messages)")
    #expect(before.output == after.output)
    #expect(run(script + "holes --top 100000").output != after.output)
  }

  /// The same holes as the allocator's free tree has.
  @Test func areTheFreeBlocks() {
    var script = "@boot --memory 64M\n"
    for number in 0..<200 { script += "@a\(number) = get_vm_area \(1 + number * 7 % 13)p\n" }
    for number in stride(from: 0, to: 200, by: 3) { script += "@free_vm_area a\(number)\n" }
    script += "@vm_unmap_aliases\n"
    let holes = run(script + "holes --top 1000").lines.map { $0.prefix(37) }.sorted()
    let blocks = run(script + "vmap_state").lines.filter { $0.hasPrefix("free ") }
      .map { $0.split(separator: " ") }
    #expect(holes.count > 60)
    // The first block begins before the window, and the last goes on behind it.
    #expect(holes.map { $0.suffix(18) }.dropLast() == blocks.map { $0[2] }.dropLast())
    #expect(holes.map { $0.prefix(18) }.dropFirst() == blocks.map { $0[1] }.dropFirst())
  }

  @Test func counters() {
    let result = run(
      Self.machine + """
        assert machine.largest_hole eq 35184371859456
        assert machine.fragmentation eq 0
        @vm_unmap_aliases
        assert machine.fragmentation eq 0
        @w = get_vm_area 28T
        @x = get_vm_area 2T
        @free_vm_area w
        @vm_unmap_aliases
        print machine.largest_hole
        print machine.fragmentation

        """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.first == "30786325581824")
    #expect(result.lines.last == "66")
  }

  @Test func asJSON() {
    let result = run(Self.machine + "holes --top 1 --purged\ntotals --by module") { $0.json = true }
    for line in result.lines { #expect(JSONText.isObject(line)) }
    #expect(
      result.output.contains(
        """
        {"row":"hole","start":"0xffffc90000038000","end":"0xffffe90000000000","size":35184371859456,\
        "below":{"start":"0xffffc90000030000","end":"0xffffc90000038000","size":32768,"kind":"area",\
        "name":"c","caller":"vmemctl"},"above":null}
        """))
    #expect(result.output.contains("{\"row\":\"more\",\"count\":1,\"size\":65536}"))
    #expect(
      result.output.contains("{\"module\":\"mod\",\"count\":1,\"bytes\":131072,\"pages\":31,"))
  }

  @Test func totals() {
    let result = run(
      Self.machine + "totals\ntotals --by caller\ntotals --by module\ntotals --by node")
    #expect(
      result.output == """
           count          bytes      pages        share  kind
               1 35184371859456          0          99%  hole
               1         131072         31  0.00000037%  vmalloc
               1          65536          0  0.00000018%  unpurged
               1          32768          0 0.000000093%  area
           count          bytes      pages        share  caller
               1         131072         31  0.00000037%  second+0x3/0x4 [mod]
               1          65536          0  0.00000018%  unpurged
               1          32768          0 0.000000093%  vmemctl
           count          bytes      pages        share  module
               1         131072         31  0.00000037%  mod
               1          65536          0  0.00000018%  unpurged
               1          32768          0 0.000000093%  kernel
           count          bytes      pages        share  node
               1         126976         31  0.00000036%  0

        """)
  }

  /// Modules have a window of their own, whose shares and samples are theirs.
  @Test func totalsOfModules() {
    let script = "@boot --memory 64M\n@a = get_vm_area 60K\n@m = get_vm_area 28K --range modules\n"
    let ran = run(script + "totals")
    #expect(
      ran.output == """
           count          bytes      pages        share  kind
               1 35184372023296          0          99%  hole
               1          65536          0  0.00000018%  area
           count          bytes      pages        share  kind, modules
               1     1593802752          0          99%  hole
               1          32768          0       0.002%  area

        """)
    let metrics = run(script + "totals --prometheus").output
    #expect(metrics.contains("\nvmalloc_area_bytes{window=\"vmalloc\",kind=\"area\"} 65536\n"))
    #expect(metrics.contains("\nvmalloc_area_bytes{window=\"modules\",kind=\"area\"} 32768\n"))
    #expect(run(script + "totals") { $0.json = true }.output.contains("\"window\":\"modules\"}"))
  }

  @Test func fitAsMetrics() {
    let ran = run(Self.machine + "fit 64K --prometheus\nfit 40T --align 2M --prometheus\n@check")
    #expect(ran.exit == .success && ran.messages.isEmpty, "\(ran.messages)")
    #expect(ran.output.contains("\nvmalloc_fit{window=\"vmalloc\",size=\"65536\",align=\"1\"} 1\n"))
    #expect(
      ran.output.contains(
        "\nvmalloc_fit{window=\"vmalloc\",size=\"43980465111040\",align=\"2097152\"} 0\n"))
    #expect(
      ran.output.contains("\nvmalloc_largest_hole_bytes{window=\"vmalloc\"} 35184371859456\n"))
  }

  @Test func metricsAreNoJSON() {
    for (line, first) in [
      ("holes --prometheus", "window_bytes"), ("totals --prometheus", "areas"),
      ("fit 4K --prometheus", "fit"),
    ] {
      #expect(run(line).output.hasPrefix("# HELP vmalloc_\(first) "))
      let result = run(line) { $0.json = true }
      #expect(result.exit == .usage && !result.output.contains("# HELP"))
    }
    #expect(run("holes --prometheus --top 5").exit == .badScript)
    #expect(run("holes --prometheus --range modules").output.contains("{window=\"modules\"} 1"))
  }
}
