import TestSupport
import Testing
import VMemScript

/// Random mapping and freeing against a model that knows of each entry which page it was made for: an
/// entry is a finding when that page has been freed, whatever has become of its frame.
@Suite struct MapAuditModelTests {
  /// The lines of a script, and what its audits must find.
  private struct Model {
    var random: SeededGenerator
    var lines = ["boot --memory 32M --cpus 2"]
    /// The page of each entry: slots of the sparse area, and pages of areas by name.
    var entries: [String: Int] = [:]
    var live: [Int] = []
    var freed: Set<Int> = []
    private var made = 0
    private var names = 0
    var areas: [(name: String, pages: [Int], isRAM: Bool)] = []
    /// Names whose lines print an address, in their order.
    var named = ["s"]
    /// At each audit: the entries that lead to freed pages.
    var wanted: [Set<String>] = []

    init(seed: UInt64) {
      random = SeededGenerator(seed: seed)
      lines.append("s = get_vm_area 256K --flags sparse")
    }

    mutating func step() {
      switch random.below(16) {
      case 0..<4: allocate()
      case 4..<7: mapSparse()
      case 7..<9: unmapSparse()
      case 9, 10: mapArea()
      case 11: unmapArea()
      case 12, 13: free()
      case 14: churn()
      default: audit()
      }
    }

    private mutating func allocate() {
      made += 1
      live.append(made)
      lines.append("@P\(made) = alloc_pages 1")
    }

    private mutating func mapSparse() {
      guard !live.isEmpty else { return }
      let (slot, page) = (random.index(64), random.pick(live))
      guard entries["s\(slot)"] == nil else { return }
      entries["s\(slot)"] = page
      let range = "s+\(slot * 4)K..s+\(slot * 4 + 4)K"
      lines.append(
        random.once(in: 3)
          ? "@populate \(range) --level pte\n@set_pte_at s+\(slot * 4)K P\(page)[0]"
          : "@vm_area_map_pages s \(range) P\(page)[0]")
    }

    private mutating func unmapSparse() {
      let (slot, count) = (random.index(60), 1 + random.index(4))
      for at in slot..<slot + count { entries["s\(at)"] = nil }
      lines.append("@vm_area_unmap_pages s s+\(slot * 4)K..s+\((slot + count) * 4)K")
    }

    private mutating func mapArea() {
      guard !live.isEmpty else { return }
      names += 1
      let pages = (0...random.index(3)).map { _ in random.pick(live) }
      let isRAM = random.once(in: 2)
      let name = isRAM ? "r\(names)" : "w\(names)"
      let list = pages.map { "P\($0)[0]" }.joined(separator: ",")
      lines.append("\(name) = \(isRAM ? "vm_map_ram" : "vmap") \(list)")
      named.append(name)
      areas.append((name, pages, isRAM))
      for (index, page) in pages.enumerated() { entries["\(name)+\(index)"] = page }
    }

    private mutating func unmapArea() {
      guard !areas.isEmpty else { return }
      let area = areas.remove(at: random.index(areas.count))
      for index in area.pages.indices { entries["\(area.name)+\(index)"] = nil }
      lines.append(
        area.isRAM ? "@vm_unmap_ram \(area.name) \(area.pages.count)" : "@vunmap \(area.name)")
    }

    /// Whether anything maps it or not.
    private mutating func free() {
      guard !live.isEmpty else { return }
      let page = live.remove(at: random.index(live.count))
      freed.insert(page)
      lines.append("@free_pages P\(page)[0]")
    }

    /// Others take frames and give them back: tables, slabs, areas of their own.
    private mutating func churn() {
      names += 1
      lines.append(
        random.pick([
          "@v\(names) = vmalloc \(4 + random.index(20))K\n@vfree v\(names)",
          "@v\(names) = vmalloc 12K", "@cpu \(random.index(2))", "@vm_unmap_aliases",
          "@m\(names) = mm_create\n@mmput m\(names)",
        ]))
    }

    mutating func audit() {
      wanted.append(Set(entries.filter { freed.contains($0.value) }.keys))
      lines.append("echo audit")
      lines.append("map_audit")
    }
  }

  @Test(arguments: 1...(Scale.isLong ? 200 : 6) as ClosedRange<UInt64>)
  func findsWhatWasFreedUnderAnEntry(_ seed: UInt64) throws {
    var model = Model(seed: seed)
    for _ in 0..<400 { model.step() }
    model.audit()
    let result = run(model.lines.joined(separator: "\n") + "\ncheck")
    #expect(result.exit == .success, "seed \(seed): \(result.messages)")
    #expect(model.wanted.contains { !$0.isEmpty })
    var (names, audit) = (model.named[...], -1)
    var starts: [String: UInt64] = [:]
    var found = model.wanted.map { _ in Set<String>() }
    for line in result.lines.dropLast() {
      if line == "audit" {
        audit += 1
        continue
      }
      let address = try #require(UInt64(line.dropFirst(2).prefix { $0 != " " }, radix: 16))
      guard line.contains(": pfn:") else {
        let name = names.popFirst()
        starts[try #require(name)] = address
        continue
      }
      // Areas that are gone may have lain there before: the newest one is meant.
      let owner = starts.filter { $0.value <= address }.max {
        ($0.value, model.named.firstIndex(of: $0.key) ?? 0)
          < ($1.value, model.named.firstIndex(of: $1.key) ?? 0)
      }
      let (name, start) = try #require(owner)
      let page = (address - start) >> 12
      found[audit].insert(name == "s" ? "s\(page)" : "\(name)+\(page)")
    }
    for (number, wanted) in model.wanted.enumerated() {
      #expect(found[number] == wanted, "seed \(seed), audit \(number)")
    }
  }
}
