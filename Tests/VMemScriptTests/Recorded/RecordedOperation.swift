/// One line of a scenario recorded on a real kernel, and the same in the command language.
struct RecordedOperation {
  /// Line of the recorded script, from 1.
  let line: Int
  let words: [Substring]

  var name: Substring { words[0] }
  private var arguments: [Substring] { Array(words.dropFirst()) }

  /// What the command language says for it; nil where it has no word for it.
  func lines(levels: Int) -> [String]? {
    let a = arguments
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
    default: return access(a) ?? view(a, levels: levels)
    }
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
  fileprivate func range(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
