import TestSupport
import Testing
import VMem
import VMemScript

/// What is said of files without real addresses holds of the machine that they are of, whatever its
/// addresses are.
@Suite struct HashedFileTests {
  /// A machine's lines: areas in both windows, of all kinds, freed and purged.
  private static func machine(_ generator: inout SeededGenerator, _ kernel: String) -> String {
    var script = "@boot --memory 64M --kernel \(kernel)\n@P = alloc_pages 8\n"
    var names: [String] = []
    for number in 0..<generator.index(120) {
      let size = "\(1 + generator.below(20))p"
      switch generator.index(9) {
      case 0, 1: script += "@a\(number) = vmalloc \(size)\n"
      case 2: script += "@a\(number) = vmalloc \(size) --range modules\n"
      case 3: script += "@a\(number) = get_vm_area \(size) --range modules\n"
      case 4: script += "@a\(number) = get_vm_area \(size) --flags map\n"
      case 5: script += "@a\(number) = vmalloc \(size) --caller dup_task_struct+0x1/0x2\n"
      case 6: script += "@m\(number) = vm_map_ram P[0..4]\n"
      case 7: script += "@pcpu_get_vm_areas --align 4K 0:\(size)\n"
      default:
        guard !names.isEmpty else { continue }
        script += "@vfree \(names.remove(at: generator.index(names.count)))\n"
        if generator.once(in: 6) { script += "@vm_unmap_aliases\n" }
      }
      if script.hasSuffix("@a\(number) = vmalloc \(size)\n") || generator.once(in: 3),
        script.contains("@a\(number) =")
      {
        names.append("a\(number)")
      }
    }
    return script
  }

  /// Rows with a key for each different address, of so many bits.
  private static func hashed(
    _ rows: [String], bits: UInt64, _ generator: inout SeededGenerator
  ) -> String {
    var keys: [Substring: String] = [:]
    return rows.map { row in
      let ends = row[..<row.index(row.startIndex, offsetBy: 37)].split(separator: "-")
      let words = ends.map { end in
        if let key = keys[end] { return key }
        let digits = String(generator.next() >> (64 - bits), radix: 16)
        let key = "0x" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
        keys[end] = key
        return key
      }
      return words.joined(separator: "-") + row.dropFirst(37) + "\n"
    }.joined()
  }

  /// Numbers of a line, in their order.
  private static func numbers(_ line: String) -> [UInt64] {
    line.split { !$0.isNumber }.compactMap { UInt64($0) }
  }

  /// Keys as kernels have them, longer ones, and such that many addresses share.
  @Test(arguments: [32, 64, 9] as [UInt64], ["6.1", "6.18"])
  func leastValuesHold(_ bits: UInt64, _ kernel: String) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: bits)
    for round in 0..<Scale.operations(12, long: 400) {
      let script = Self.machine(&generator, kernel)
      let rows = run(script + "vmallocinfo").lines
      // Of a file with nothing else the modules' window is shown.
      guard rows.contains(where: { !$0.hasPrefix("0xffffffff") }) else { continue }
      #expect(rows.allSatisfy { $0.hasPrefix("0xffff") }, "\(rows)")
      try folder.write(Array((rows.joined(separator: "\n") + "\n").utf8), to: "real")
      try folder.write(Array(Self.hashed(rows, bits: bits, &generator).utf8), to: "hashed")
      for purged in ["", " --purged"] {
        let holes = run("holes --top 100000 --file \(folder.path)/real\(purged)").lines
          .map { UInt64($0.dropFirst(38).split(separator: " ")[0])! }
        let least = Self.numbers(
          run("holes --file \(folder.path)/hashed\(purged)").lines.first ?? "")
        let message: Comment = "\(round) \(purged): \(least)\n\(rows)"
        try #require(least.count >= 3, message)
        #expect(least[0] >= 1 && least[0] <= holes.count, message)
        #expect(least[1] <= holes.reduce(0, +) && least[2] <= holes.max()!, message)
      }
      for size in ["4K", "1G", "300G", "20T", "31T"] {
        let answer = run("fit \(size) --align 2M --file \(folder.path)/hashed")
        guard answer.output.hasPrefix("it fits") else { continue }
        #expect(run("fit \(size) --align 2M --file \(folder.path)/real").exit == .success)
      }
    }
  }

  /// One row cannot fill the window; of two chains that are surely in it, one hole lies between.
  @Test func fewRows() throws {
    let folder = try TemporaryFolder()
    func holes(_ rows: [String]) throws -> String {
      try folder.write(Array(rows.map { $0 + "\n" }.joined().utf8), to: "rows")
      return run("holes --file \(folder.path)/rows").lines.first ?? ""
    }
    func four(_ words: String) -> [String] {
      (1...4).map {
        "0x0000000000000\($0)01-0x0000000000000\($0)02    8192 f+0x1/0x2 \(words)"
      }
    }
    let rows = four("phys=0x00000000fee00000 ioremap")
    #expect(try holes(Array(rows[..<1])).hasPrefix("at least 1 hole with 35184372080640 bytes, "))
    #expect(try holes(Array(rows[..<2])).hasPrefix("at least 1 hole with "))
    #expect(try holes(rows).hasPrefix("at least 3 holes with "))
    // All of them may be among the modules, or one behind the other there.
    #expect(try holes(four("pages=1 vmalloc")).hasPrefix("at least 1 hole with "))
    // What stands there twice counts once.
    #expect(try holes(rows + rows) == holes(rows))
  }
}
