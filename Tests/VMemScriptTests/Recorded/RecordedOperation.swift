/// One line of a scenario recorded on a real kernel, and the same in the command language.
struct RecordedOperation {
  /// Line of the recorded script, from 1.
  let line: Int
  let words: [Substring]
  /// Whether the kernel is newer than 6.1: its recordings write some answers otherwise.
  var isNewer = false

  var name: Substring { words[0] }
  private var arguments: [Substring] { Array(words.dropFirst()) }

  /// What the command language says for it; nil where it has no word for it.
  func lines(levels: Int) -> [String]? {
    let a = arguments
    if let context = Self.contexts[name] {
      let inner = RecordedOperation(line: line, words: a, isNewer: isNewer).lines(levels: levels)
      return inner.map { ["@context \(context)"] + $0 + ["@context process"] }
    }
    switch name {
    case "vmalloc", "vzalloc", "vmalloc_user", "vmalloc_32", "vmalloc_huge":
      return ["\(a[0]) = \(name) \(size(a[1]))"]
    case "vmalloc_node": return ["\(a[0]) = vmalloc_node \(size(a[1])) \(a[2])"]
    case "vmalloc_range":
      let node = a.count > 6 ? " --node \(a[6])" : ""
      return [
        "\(a[0]) = vmalloc \(size(a[1])) --align \(a[2]) --range \(a[3])..\(a[4])"
          + flags(a[5]) + node
      ]
    case "vfree", "vunmap", "iounmap", "free_vm_area": return ["\(name) \(a[0])"]
    case "pages": return pages(a)
    case "getpages": return ["get_page \(a[0])"]
    case "putpages": return ["put_page \(a[0])"]
    case "refs": return ["page \(a[0])"]
    case "vmap": return ["\(a[0]) = vmap \(list(a[2...]))\(mapFlags(a[1]))"]
    case "vmap_n": return ["\(a[0]) = vmap \(list(a[3...])) --count \(a[1])\(mapFlags(a[2]))"]
    case "vmap_pfn": return ["\(a[0]) = vmap_pfn \(a[1]) \(a[2])"]
    case "get_vm_area":
      let range = a.count > 3 ? " --range \(a[3])..\(a[4])" : ""
      return ["\(a[0]) = get_vm_area \(size(a[1]))\(flags(a[2]))\(range)"]
    case "ioremap", "ioremap_cache", "ioremap_wc":
      return ["\(a[0]) = \(name) \(a[1]) \(size(a[2]))"]
    default: return access(a) ?? newer(a) ?? view(a, levels: levels)
    }
  }

  /// Gives a name a meaning that only a line without a counterpart has made.
  var binding: String { name == "as_area" ? "let \(arguments[0]) = 0\n" : "" }

  private static let contexts: [Substring: String] = [
    "@atomic": "atomic", "@bh": "softirq", "@irqoff": "irq",
  ]

  /// What only the recordings of newer kernels have.
  private func newer(_ a: [Substring]) -> [String]? {
    switch name {
    case "vfree_atomic", "set_memory_ro", "set_memory_rw", "set_memory_x", "set_memory_nx":
      return [words.joined(separator: " ")]
    case "vmalloc_gfp":
      return gfp(a[2]).map { ["\(a[0]) = vmalloc \(size(a[1]))\($0)"] }
    case "vrealloc":
      let gfp = a.count > 3 ? gfp(a[3]) : ""
      return gfp.map { ["\(a[0]) = vrealloc \(a[1]) \(size(a[2]))\($0)"] }
    case "vrealloc0": return ["\(a[0]) = vrealloc 0 \(a[1])"]
    case "vm_map_ram": return ["\(a[0]) = vm_map_ram \(list(a[2...]))"]
    case "vm_map_ram_n": return ["\(a[0]) = vm_map_ram \(list(a[3...])) --count \(a[2])"]
    case "vm_unmap_ram": return ["vm_unmap_ram \(a[0]) \(a[1])"]
    case "area2": return ["find_vm_area \(a[0])"]
    case "reclaim": return ["reclaim_vmap"]
    case "shrink": return ["shrink_vmap_node"]
    case "pools": return ["vmap_state"]
    case "blocks": return ["vmap_state --lists"]
    case "!cpu": return ["cpu \(a[0])"]
    default: return nil
    }
  }

  /// Words of allocation flags; nil with others.
  private func gfp(_ word: Substring) -> String? {
    let known: [Substring: String] = [
      "kernel": "GFP_KERNEL", "atomic": "GFP_ATOMIC", "nowait": "GFP_NOWAIT",
      "noio": "GFP_NOIO", "nofs": "GFP_NOFS", "zero": "__GFP_ZERO", "nowarn": "__GFP_NOWARN",
      "highuser": "GFP_HIGHUSER", "nofail": "__GFP_NOFAIL", "noretry": "__GFP_NORETRY",
      "account": "__GFP_ACCOUNT", "movable": "__GFP_MOVABLE", "comp": "__GFP_COMP",
      "thisnode": "__GFP_THISNODE", "dma32": "GFP_DMA32", "none": "none",
    ]
    let names = word.split(separator: "|").map { known[$0] }
    guard names.allSatisfy({ $0 != nil }) else { return nil }
    return " --gfp " + names.compactMap { $0 }.joined(separator: ",")
  }

  private func access(_ a: [Substring]) -> [String]? {
    switch name {
    case "map_pages": ["vm_area_map_pages \(a[0]) \(a[1])..\(a[2]) \(list(a[3...]))"]
    case "unmap_pages": ["vm_area_unmap_pages \(a[0]) \(a[1])..\(a[2])"]
    case "unmap_range": ["vunmap_range \(a[0])..\(a[1])"]
    case "page": ["vmalloc_to_page \(a[0]) --name"]
    case "fill": ["fill \(a[0]) \(a[1]) \(a[2])"]
    case "peek": ["read \(a[0]) \(a.count > 1 ? a[1] : "1")"]
    case "vread": ["kcore --read \(a[0]) \(a[1])"]
    case "purge": ["vm_unmap_aliases"]
    case "!usermap": userMap(a)
    default: nil
    }
  }

  private func view(_ a: [Substring], levels: Int) -> [String]? {
    let window =
      levels == 4
      ? "0xffffc90000000000..0xffffea0000000000" : "0xffa0000000000000..0xffd4000000000000"
    if isNewer, ["state", "busy_list", "free_tree", "lists"].contains(name) { return nil }
    switch name {
    case "area": return ["find_vm_area \(a[0])"]
    case "pt": return ["page_tables --range \(a[0])..\(a[1]) --format tree"]
    case "ptcount": return ["page_tables --range \(a[0])..\(a[1]) --format count"]
    case "state", "busy_list", "lazy_list", "free_list", "free_tree": return ["vmap_state --lists"]
    case "!info", "!dump": return ["vmallocinfo"]
    case "!ptdump": return ["page_tables --range \(window)"]
    default: return nil
    }
  }

  /// A process maps the area, reads the first byte of each page, writes one, and is gone.
  private func userMap(_ a: [Substring]) -> [String] {
    let (length, offset) = (Int(a[1]) ?? 0, Int(a[2]) ?? 0)
    return [
      "@mm = mm_create", "@switch_mm mm", "@user = mmap mm \(length) --device",
      "remap_vmalloc_range user \(a[0]) \(offset / 4096)",
    ] + stride(from: 0, to: length, by: 4096).map { "read user+\($0) 1" }
      + ["write user+1 5b", "@switch_mm 0", "@mmput mm"]
  }

  /// The pages, each filled with its own byte as the recording did.
  private func pages(_ a: [Substring]) -> [String] {
    let node = a.count > 2 ? " --node \(a[2])" : ""
    let count = Int(a[1]) ?? 0
    return ["\(a[0]) = alloc_pages \(count)\(node)"]
      + (0..<count).map { "@fill \(a[0])[\($0)] 4K \(0x80 | $0 & 0x7f)" }
  }

  // MARK: Words

  private static let flagWords: [Substring: String] = [
    "user": "usermap", "dma": "dma_coherent", "noguard": "no_guard",
    "flush": "flush_reset_perms", "put": "map_put_pages", "huge": "allow_huge_vmap",
  ]

  private func flags(_ word: Substring) -> String {
    let names = word.split(separator: "|").filter { $0 != "none" }
      .map { Self.flagWords[$0] ?? String($0) }
    return names.isEmpty ? "" : " --flags " + names.joined(separator: ",")
  }

  private func mapFlags(_ word: Substring) -> String {
    let text = flags(word)
    return text.isEmpty ? " --flags none" : text
  }

  /// Sizes with a sign are two's complement.
  private func size(_ word: Substring) -> String {
    guard word.hasPrefix("-") else { return String(word) }
    let digits = word.dropFirst()
    let value =
      digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
    return value.map { String(0 &- $0) } ?? String(word)
  }

  /// Recorded ranges of pages include both ends; those of the command language are half open.
  private func list(_ words: ArraySlice<Substring>) -> String {
    words.map { word in
      guard let open = word.firstIndex(of: "["), let dots = word.range(of: "..") else {
        return String(word)
      }
      let inside = word[dots.upperBound...].dropLast()
      let parts = inside.split(separator: "/")
      let step = parts.count > 1 ? "/\(parts[1])" : ""
      let from = Int(word[word.index(after: open)..<dots.lowerBound]) ?? 0
      let to = Int(parts[0]) ?? 0
      let (first, last) = to >= from ? (from, to + 1) : (from + 1, to)
      return "\(word[..<open])[\(first)..\(last)\(step)]"
    }.joined(separator: ",")
  }
}

extension StringProtocol {
  /// Where a text first occurs.
  func range(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
