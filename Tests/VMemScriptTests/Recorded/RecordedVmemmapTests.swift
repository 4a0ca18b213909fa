import TestSupport
import Testing
import VMem

@testable import VMemScript
@testable import VMemViews

/// Struct pages of huge pages that share one page: what a kernel 6.1 with `hugetlb_free_vmemmap=on`
/// showed before eight huge pages were made, with them, without them and with them again.
@Suite struct RecordedVmemmapTests {
  private static let start: UInt64 = 0xffff_ea00_0000_0000
  /// Bytes of the struct pages of 1 GiB.
  private static let size: UInt64 = 16 << 20

  /// The rows of the vmemmap area, as far as it is mapped.
  private static func recorded(_ step: Int) throws -> [String] {
    rows(in: try Fixture.lines("vmemmap/hvo\(step)"))
  }

  private static func rows(in lines: [String]) -> [String] {
    lines.filter { $0.hasPrefix("0xffffea00") && $0.contains("NX") }
  }

  private static func range(_ row: String) -> Range<UInt64> {
    let ends = row.prefix { $0 != " " }.split(separator: "-").map {
      UInt64($0.dropFirst(2), radix: 16)!
    }
    return ends[0]..<ends[1]
  }

  /// Places of the huge pages' struct pages: behind the first page of each are seven read-only ones.
  private static func optimized(_ rows: [String]) -> [UInt64] {
    rows.filter { $0.contains(" ro ") }.map { range($0).lowerBound - 4096 }
  }

  /// What rows there must be: a 2 MiB leaf is split by the first huge page in it, for good.
  private static func model(_ places: [UInt64], split: Set<UInt64>) -> [String] {
    var rows: [(range: Range<UInt64>, text: String)] = []
    func add(_ range: Range<UInt64>, _ text: String) {
      guard let last = rows.last, last.text == text else { return rows.append((range, text)) }
      rows[rows.count - 1].range = last.range.lowerBound..<range.upperBound
    }
    for leaf in stride(from: start, to: start + size, by: 2 << 20) {
      guard split.contains(leaf) else {
        add(leaf..<leaf + 2 << 20, "RW         PSE     GLB NX pmd")
        continue
      }
      for page in stride(from: leaf, to: leaf + 2 << 20, by: 4096) {
        let isShared = places.contains { $0 < page && page < $0 + 0x8000 }
        add(page..<page + 4096, (isShared ? "ro" : "RW") + "                 GLB NX pte")
      }
    }
    return rows.map { range, text in
      let kib = (range.upperBound - range.lowerBound) >> 10
      let amount = kib % 1024 == 0 ? "\(kib / 1024)M" : "\(kib)K"
      let ends = [range.lowerBound, range.upperBound].map { "0x" + String($0, radix: 16) }
      let room = String(repeating: " ", count: 13 - amount.count)
      return ends.joined(separator: "-") + room + amount + "     " + text
    }
  }

  private static func leaves(_ places: [UInt64]) -> Set<UInt64> {
    Set(places.map { $0 & ~0x1f_ffff })
  }

  @Test func rowsAreARealKernels() throws {
    var player = Player()
    player.say("boot --kernel 6.1 --memory 1G --cpus 2 --nodes 2")
    let steps = [
      "info", "h = memfd_create --size 16M --hugetlb --hvo\nfallocate h 0..16M", "close h",
      "h = memfd_create --size 16M --hugetlb --hvo\nfallocate h 0..16M",
    ]
    var (split, ours): (Set<UInt64>, Set<UInt64>) = ([], [])
    for (step, line) in steps.enumerated() {
      let real = try Self.recorded(step)
      let places = Self.optimized(real)
      #expect(places.count == (step % 2 == 0 ? 0 : 8))
      split.formUnion(Self.leaves(places))
      #expect(Self.model(places, split: split) == real)
      player.say(line)
      let rows = Self.rows(in: player.say("page_tables"))
      let own = Self.optimized(rows)
      #expect(own.count == places.count)
      ours.formUnion(Self.leaves(own))
      #expect(Self.model(own, split: ours) == rows)
    }
  }

  /// Words of the struct pages that were read, by address, and addresses of the huge page's.
  private static func peeked() throws -> [UInt64: [UInt64]] {
    var peeked: [UInt64: [UInt64]] = [:]
    for line in try Fixture.lines("vmemmap/peek") {
      let fields = line.split(separator: "\t")
      let address = UInt64(fields[1].split(separator: " ")[1].dropFirst(2), radix: 16)!
      var bytes: [UInt8] = []
      for word in fields[2].split(separator: " ") {
        let parts = word.split(separator: "*")
        bytes += [UInt8](
          repeating: UInt8(parts[0], radix: 16)!, count: parts.count > 1 ? Int(parts[1])! : 1)
      }
      peeked[address] = stride(from: 0, to: 64, by: 8).map { at in
        (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
      }
    }
    return peeked
  }

  /// A reader of a dump finds in them what was read there, as far as it does not say where the huge page
  /// lay or on which list.
  @Test func contentsAreARealKernels() throws {
    var player = Player()
    player.say("boot --kernel 6.1 --memory 1G --cpus 2 --nodes 2")
    player.say("h = memfd_create --size 2M --hugetlb --hvo\nfallocate h 0..2M")
    let own = try #require(Self.optimized(Self.rows(in: player.say("page_tables"))).first)
    let dump = try DumpedKernel(player.interpreter.machine)
    let real = try Self.peeked()
    let theirs = try #require(real.keys.min())
    #expect(real.count == 8)
    for (address, words) in real {
      let at = own + (address - theirs)
      let number = (address - theirs) % 4096 / 64
      func word(_ index: Int) -> UInt64 { dump.load(at + UInt64(index) * 8) }
      // PG_head.
      #expect(word(0) & 1 << 16 == words[0] & 1 << 16)
      guard number > 0 else { continue }
      #expect(word(1) &- own == words[1] &- theirs)
      // What the second page says; what is left of lists in the others differs.
      if number == 1 {
        #expect(word(2) & 0xffff == words[2] & 0xffff)
        #expect(word(2) >> 32 == words[2] >> 32)
      }
      #expect(word(3) == words[3])
      #expect((4..<8).map(word) == Array(words[4...]))
    }
  }

  /// The direct map of frames that an area with VM_FLUSH_RESET_PERMS gave back is in small pages that
  /// are not global.
  @Test func freedPagesOfPermissionsAreNotGlobal() {
    var player = Player()
    player.say("boot --kernel 6.1 --memory 1G --cpus 2 --nodes 2")
    func rows() -> [String] {
      player.say("page_tables").filter { $0.hasPrefix("0xffff8880") }
    }
    player.say("v = vmalloc 32K --flags flush_reset_perms")
    #expect(!rows().contains { !$0.contains("GLB") && $0.contains("NX") })
    player.say("vfree v")
    let reset = rows().filter { !$0.contains("GLB") && $0.contains("NX") }
    #expect(reset.count == 1)
    #expect(reset.first?.contains("32K     RW                     NX pte") == true)
  }

  /// A machine, and what it said last.
  private struct Player: ~Copyable {
    var interpreter = Interpreter(
      machine: try! Machine(Configuration()), options: Options(), output: nil, messages: nil)

    @discardableResult
    mutating func say(_ lines: String) -> [String] {
      _ = interpreter.run(ScriptSource(name: "t", bytes: Array((lines + "\n").utf8)))
      return interpreter.takeOutput().split(separator: "\n").map(String.init)
    }
  }
}
