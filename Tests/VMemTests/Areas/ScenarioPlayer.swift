@testable import VMem

/// Performs recorded operations on a machine and gives their answers in the recorder's words.
struct ScenarioPlayer {
  private var addresses: [Substring: UInt64] = [:]
  private var pages: [UInt64] = []

  /// The answer, or nil for operations that have none to compare.
  mutating func perform(
    _ words: [Substring], _ machine: borrowing Machine
  ) throws -> [String]? {
    do throws(Refusal) {
      return try answer(words, machine)
    } catch {
      switch error.outcome {
      case .errno(let errno): return words[0] == "unmap_pages" ? ["void"] : ["-\(errno.rawValue)"]
      case .null: return ["NULL"]
      case .fault, .signal: return ["-14"]
      case .bug, .blocked: return ["BUG \(error)"]
      }
    }
  }

  // MARK: Words

  private func number(_ text: Substring) -> UInt64 {
    let (shift, digits): (UInt64, Substring) =
      switch text.last {
      case "M": (20, text.dropLast())
      case "G": (30, text.dropLast())
      default: (0, text)
      }
    let value =
      digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
    return (value ?? 0) << shift
  }

  /// NAME, NAME+N, NAME-N or a number.
  private func address(_ text: Substring) -> UInt64 {
    if let at = text.firstIndex(where: { $0 == "+" || $0 == "-" }) {
      let distance = number(text[text.index(after: at)...])
      let base = addresses[text[..<at]] ?? 0
      return text[at] == "+" ? base &+ distance : base &- distance
    }
    return addresses[text] ?? number(text)
  }

  /// `P[2]`, `P[0..3]` (both ends included, either way round), `null`.
  private func list(_ words: ArraySlice<Substring>) -> [UInt64] {
    words.flatMap { word -> [UInt64] in
      if word == "null" { return [PageList.null] }
      let ends = word.drop { $0 != "[" }.dropFirst().dropLast().split(separator: ".")
      let first = Int(number(ends[0]))
      let last = Int(number(ends[ends.count - 1]))
      return stride(from: first, through: last, by: first <= last ? 1 : -1).map { pages[$0] }
    }
  }

  private func flags(_ text: Substring) -> VMFlags {
    let known: [Substring: VMFlags] = [
      "map": .map, "alloc": .alloc, "ioremap": .ioremap, "sparse": .sparse, "user": .usermap,
      "noguard": .noGuard, "flush": .flushResetPerms,
    ]
    return text.split(separator: "|").reduce(into: []) { $0.formUnion(known[$1] ?? []) }
  }

  private func text(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }

  // MARK: Operations

  private mutating func answer(
    _ words: [Substring], _ machine: borrowing Machine
  ) throws(Refusal) -> [String]? {
    switch words[0] {
    case "pages":
      pages = machine.frameNumbers(of: try machine.allocatePages(count: number(words[2])))
      for (index, pfn) in pages.enumerated() {
        try machine.mmu.fill(
          machine.map.pageOffset + pfn << 12, count: 4096, byte: 0x80 | UInt8(index & 0x7f))
      }
      return ["\(pages.count)"]
    case "purge":
      try machine.unmapAliases()
      return ["ok"]
    case "get_vm_area":
      addresses[words[1]] = try machine.vmAreas.getVMArea(
        size: number(words[2]), flags: flags(words[3]),
        start: words.count > 4 ? number(words[4]) : nil,
        end: words.count > 4 ? number(words[5]) : nil)
      return [hex(address(words[1]))]
    case "vmalloc":
      addresses[words[1]] = try machine.mappings.vmalloc(VmallocRequest(size: number(words[2])))
      return [hex(address(words[1]))]
    case "as_area":
      addresses[words[1]] = address(words[2])
      return [hex(address(words[1]))]
    case "addr": return [hex(address(words[1]))]
    case "map_pages":
      try machine.mappings.vmAreaMapPages(
        area: address(words[1]), start: address(words[2]), end: address(words[3]),
        pages: list(words[4...]))
      return ["0"]
    case "unmap_pages":
      try machine.mappings.vmAreaUnmapPages(
        area: address(words[1]), start: address(words[2]), end: address(words[3]))
      return ["void"]
    case "unmap_range":
      try machine.mappings.vunmapRange(start: address(words[1]), end: address(words[2]))
      return ["void"]
    case "free_vm_area": return try done(machine.vmAreas.freeVMArea(address(words[1])))
    case "vfree": return try done(machine.mappings.vfree(address(words[1])))
    case "vunmap": return try done(machine.mappings.vunmap(address(words[1])))
    default: return try views(words, machine)
    }
  }

  private func done(_ nothing: Void) -> [String] { ["ok"] }

  private func views(
    _ words: [Substring], _ machine: borrowing Machine
  ) throws(Refusal) -> [String]? {
    switch words[0] {
    case "area":
      guard let area = machine.vmAreas.findVMArea(address(words[1])) else { return ["NULL"] }
      return [
        "addr=\(hex(area.start)) size=\(area.reserved) get_vm_area_size=\(area.size)"
          + " flags=\(hex(area.flags.rawValue)) nr_pages=\(area.pageCount)"
          + " page_order=\(area.pageOrder) phys=\(hex(area.physicalAddress))"
      ]
    case "page":
      guard let pfn = machine.mappings.vmallocToPFN(address(words[1])) else { return ["NULL"] }
      return ["P[\(pages.firstIndex(of: pfn) ?? -1)]"]
    case "peek":
      var bytes: [UInt8] = []
      try machine.mmu.read(address(words[1]), count: words.count > 2 ? number(words[2]) : 1) {
        part in
        for index in part.indices { bytes.append(part[index]) }
      }
      return [text(bytes)]
    case "vread":
      var bytes: [UInt8] = []
      machine.mmu.kcoreRead(address(words[1]), count: number(words[2])) { part in
        for index in part.indices { bytes.append(part[index]) }
      }
      return ["ret=\(bytes.count) " + text(bytes)]
    case "fill":
      try machine.mmu.fill(
        address(words[1]), count: number(words[2]), byte: UInt8(number(words[3])))
      return ["0"]
    case "setflags":
      machine.ram[machine.areas.busyArea(startingAt: address(words[1]))].flags = flags(words[2])
      return ["ok"]
    case "refs":
      let counts = pages.map { machine.pageSets.structPage($0)?.refcount ?? 0 }
      return [counts.map(String.init).joined(separator: " ")]
    case "pt":
      let tree = TableText(machine, address(words[1]), address(words[2]))
      return ["tables and present entries:"] + tree.lines + [tree.counts]
    case "ptcount": return [TableText(machine, address(words[1]), address(words[2])).counts]
    case "lazy_list":
      var lines = [""]
      machine.vmAreas.forEachLazyArea { area, _ in
        lines.append("\(hex(area.start))-\(hex(area.end)) \(area.reserved)")
      }
      return lines
    default: return nil
    }
  }
}
