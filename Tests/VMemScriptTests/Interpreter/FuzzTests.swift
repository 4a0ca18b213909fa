import TestSupport
import Testing
import VMemScript

/// Scripts that are mangled at random end with a message and an exit code of the table.
@Suite struct FuzzTests {
  static let isLong = InjectionSweepTests.isLong

  static let lines: [String] = [
    "boot --memory 16M --cpus 2 --kernel 7.0", "P = alloc_pages 16", "@Q = alloc_pages 2 --order 1",
    "s = get_vm_area 64K --flags sparse,usermap --align 4K --shift 12", "assert s.size eq 64K",
    "vm_area_map_pages s s+0x4000..s+0x6000 P[0..2]",
    "vm_area_map_pages s s..+4p P[5..3],null,Q:1..2",
    "expect ENOMEM,warn vm_area_map_pages s s..s+4K P[3]", "vmalloc_to_page s+4096 --name",
    "write s+0x4000 text:hello", "read s+0x4000 16", "fill P[3] 4K 0x83", "copy P[1] P[2] 2K",
    "expect 5 compare P[0] P[1] 64", "vunmap_range s..s+64K", "populate s..s+2M --level pmd",
    "set_pte_at s P[1]", "context irq", "context process", "cpu 1", "find_vm_area s+4K",
    "page P[0..8/2],pfn:7", "walk s+0x4000", "map --range s..+1G --format svg",
    "page_tables --range s..s+64K --format tree",
    "vmallocinfo --pointers hashed", "meminfo", "let x = 3 * 4 + s.end - 2p",
    "assert machine.free gt 5", "echo 'a b' \"c\" \\d", "repeat 2 { free_vm_area s", "}",
    "m = vm_map_ram P[0..4]", "vm_unmap_ram m 4", "g = pcpu_get_vm_areas --align 4K 0:64K 1M:64K",
    "pcpu_free_vm_areas g", "b = vmalloc 64K --node 0 --gfp GFP_ATOMIC --caller f+0x1/0x2",
    "v = vmap P[0..4] --flags map,map_put_pages --count 3", "d = ioremap 0xfed00000 4K", "vunmap v",
    "w = vmap_pfn 0x100000 4", "h = vmalloc_huge 4M --range 0xffffd10000000000..+1G", "iounmap d",
    "vfree_atomic b", "vmap_state --lists", "dmesg", "buddyinfo", "free_pages P", "vfree s",
    "vm_unmap_aliases", "check", "help grammar",
  ]

  struct Generator {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  static func mangle(_ line: String, _ generator: inout Generator) -> [UInt8] {
    var bytes = Array(line.utf8)
    for _ in 0..<generator.next(4) {
      guard !bytes.isEmpty else { break }
      let at = generator.next(bytes.count)
      switch generator.next(7) {
      case 0: bytes[at] = UInt8(generator.next(256))
      case 1: bytes.remove(at: at)
      case 2: bytes.insert(bytes[generator.next(bytes.count)], at: at)
      case 3: bytes.removeSubrange(at...)
      case 4:
        bytes.insert(
          contentsOf: Array(" .[]{}=+-@#'\"\\,:/0xKGp".utf8).shuffled(&generator), at: at)
      case 5: bytes.swapAt(at, generator.next(bytes.count))
      default:
        let other = Array(lines[generator.next(lines.count)].utf8)
        bytes.replaceSubrange(at..., with: other[generator.next(other.count)...])
      }
    }
    return bytes
  }

  @Test(arguments: 1...(isLong ? 40 : 16) as ClosedRange<UInt64>)
  func mangledScripts(_ seed: UInt64) {
    var generator = Generator(state: seed)
    for _ in 0..<25 {
      var script: [UInt8] = []
      for line in Self.lines where generator.next(8) > 0 {
        // The first lines stay whole now and then, so that the later ones have something to act on.
        script += generator.next(3) > 0 ? Array(line.utf8) : Self.mangle(line, &generator)
        script.append(0x0a)
      }
      guard !Self.takesLong(script) else { continue }
      let json = generator.next(2) == 0
      let result = run(bytes: script) {
        $0.keepGoing = true
        $0.json = json
      }
      #expect(
        [0, 1, 2, 3, 65, 66].contains(result.exit.rawValue), "seed \(seed): \(result.messages)")
      if result.exit != .success { #expect(result.messages.hasPrefix("vmemctl: ")) }
      if json {
        for line in result.lines where JSONText.keys(line) == nil {
          Issue.record("seed \(seed): \(line)")
        }
      }
    }
  }

  @Test(arguments: 1...(isLong ? 20 : 8) as ClosedRange<UInt64>)
  func mangledCommands(_ seed: UInt64) {
    var generator = Generator(state: seed)
    for line in Self.lines {
      let text = String(decoding: Self.mangle(line, &generator), as: UTF8.self)
      guard !Self.takesLong(Array(text.utf8)) else { continue }
      let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      let result = run(ScriptSource(arguments: words)) { $0.json = seed % 2 == 0 }
      #expect([0, 1, 2, 3, 65, 66].contains(result.exit.rawValue), "seed \(seed): \(text)")
    }
  }

  /// Mangling makes big numbers: a long repeat is no defect, only slow.
  static func takesLong(_ script: [UInt8]) -> Bool {
    let text = String(decoding: script, as: UTF8.self)
    return text.split(separator: "\n").contains { line in
      guard let word = line.split(separator: " ").drop(while: { $0 != "repeat" }).dropFirst().first
      else { return false }
      return word.utf8.count > 2
    }
  }
}

extension Array where Element == UInt8 {
  /// One byte of the array.
  fileprivate func shuffled(_ generator: inout FuzzTests.Generator) -> [UInt8] {
    [self[generator.next(count)]]
  }
}
