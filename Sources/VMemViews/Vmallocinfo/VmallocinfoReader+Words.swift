internal import VMem

/// What stands behind a row's addresses and size.
extension VmallocinfoReader {
  /// Places of a row's words, in the order in which kernels print them.
  private enum Place: Int {
    case pages = 1, phys, ioremap, sparse, vmalloc, vmap, user, dmaCoherent, vpages
    /// That of node 0; the others follow.
    case node
  }

  /// What the words of a row add up to.
  private struct Words {
    /// Where the last known word has its place.
    var place = 0
    /// Whether they are not as a kernel prints them, one of each and in order.
    var isOdd = false
    /// The first that no known kernel prints, and how many there are.
    var unknown = 0..<0
    var unknownCount = 0
    var caller = 0..<0
    /// From the first `N0=1` to the last.
    var nodes = 0..<0
    /// Pages on all nodes; nil without a node.
    var nodePages: UInt64?
  }

  mutating func words(
    _ text: Span<UInt8>, _ from: Int, _ to: Int, _ row: inout Row, _ number: Int
  ) {
    var at = from
    var tail = from
    var isFirst = true
    var words = Words()
    while let (start, end) = Self.word(text, at, to) {
      at = end
      if let place = Self.known(text, start, end, &row, &words) {
        words.isOdd = words.isOdd || place <= words.place
        words.place = place
      } else if isFirst {
        if Self.is(text, start, end, "unpurged"), let (next, last) = Self.word(text, at, to),
          Self.is(text, next, last, "vm_area")
        {
          row.kind = .unpurged
          at = last
        } else if Self.is(text, start, end, "vm_map_ram") {
          row.kind = .mapRAM
        } else {
          at = caller(text, start, end, to, &words)
        }
        tail = at
      } else {
        words.isOdd = true
        words.unknownCount += 1
        if words.unknown.isEmpty { words.unknown = start..<end }
      }
      isFirst = false
    }
    if row.kind != .area { stripped(&row, &words, text, tail, to) }
    if words.isOdd, let (start, _) = Self.word(text, tail, to) {
      row.words = table.number(of: text.extracting(start..<to))
    }
    row.caller = table.number(of: text.extracting(words.caller))
    row.nodes = table.number(of: text.extracting(words.nodes))
    tell(text, row, words, number)
  }

  /// What waits for a purge, and vm_map_ram, have no vm_struct: whatever words there are, none is of a
  /// kernel.
  private func stripped(
    _ row: inout Row, _ words: inout Words, _ text: Span<UInt8>, _ tail: Int, _ to: Int
  ) {
    (row.shortPages, row.physicalAddress, row.rawFlags, row.hasArray) = (0, 0, 0, false)
    words = Words()
    var at = tail
    while let (start, end) = Self.word(text, at, to) {
      at = end
      words.isOdd = true
      words.unknownCount += 1
      if words.unknown.isEmpty { words.unknown = start..<end }
    }
  }

  /// Says what no kernel prints, and what contradicts itself.
  @inline(__always)
  private mutating func tell(
    _ text: Span<UInt8>, _ row: Row, _ words: Words, _ number: Int
  ) {
    if words.unknownCount > 0 {
      let rest = words.unknownCount - 1
      let more = rest == 0 ? "" : rest == 1 ? " and one more word" : " and \(rest) more words"
      note(
        .unknownWord, number,
        "no known kernel prints \(Self.quoted(text, words.unknown))\(more): the row is kept as it is"
      )
    }
    if row.pages > row.size >> 12 {
      note(.pages, number, VmallocinfoFile.tooManyPages(row))
    }
    if let sum = words.nodePages, sum != row.pages {
      note(
        .nodes, number,
        "\(Self.quoted(text, words.nodes)): \(sum) pages on nodes, but the row has pages=\(row.pages)"
      )
    }
    if row.physicalAddress & 4095 != 0 {
      note(
        .physical, number,
        "phys=\(row.physicalAddress.prefixed) is not of whole pages of 4096 bytes: kept as it is")
    } else if row.physicalAddress >> 52 != 0 {
      note(
        .physical, number,
        "phys=\(row.physicalAddress.prefixed) has more than 52 bits: kept as it is")
    }
  }

  private static func quoted(_ text: Span<UInt8>, _ range: Range<Int>) -> String {
    let cut = range.prefix(80)
    let bytes = (cut.lowerBound..<cut.upperBound).map { text[$0] }
    let rest = range.count > 80 ? "…" : ""
    return "`\(String(decoding: bytes, as: UTF8.self).printable)\(rest)`"
  }

  /// Of what stands behind a row's caller, the words that no known kernel prints.
  static func unknownWords(in tail: Span<UInt8>) -> [UInt8] {
    var row = Row()
    var words = Words()
    var found: [UInt8] = []
    var at = 0
    while let (start, end) = word(tail, at, tail.count) {
      at = end
      guard known(tail, start, end, &row, &words) == nil else { continue }
      if !found.isEmpty { found.append(0x20) }
      for at in start..<end { found.append(tail[at]) }
    }
    return found
  }

  /// The next word from `from` on: its first byte, and where it ends.
  @inline(__always)
  private static func word(_ text: Span<UInt8>, _ from: Int, _ to: Int) -> (Int, Int)? {
    var start = from
    while start < to, isBlank(text[start]) { start += 1 }
    guard start < to else { return nil }
    var end = start
    while end < to, !isBlank(text[end]) { end += 1 }
    return (start, end)
  }

  /// Takes the caller, with its module in brackets; gives the place behind it.
  private func caller(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ to: Int, _ words: inout Words
  ) -> Int {
    var last = end
    if end + 1 < to, text[end + 1] == 0x5b, let (_, bracket) = Self.word(text, end, to),
      text[bracket - 1] == 0x5d
    {
      last = bracket
    }
    words.caller = start..<last
    return last
  }

  /// Takes a word that kernels print; gives its place, or nil for none.
  @inline(__always)
  private static func known(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ row: inout Row, _ words: inout Words
  ) -> Int? {
    let place: Place
    switch text[start] {
    case UInt8(ascii: "v"):
      if `is`(text, start, end, "vmalloc") {
        row.insert(.alloc)
        place = .vmalloc
      } else if `is`(text, start, end, "vmap") {
        row.insert(.map)
        place = .vmap
      } else if `is`(text, start, end, "vpages") {
        row.hasArray = true
        place = .vpages
      } else {
        return nil
      }
    case UInt8(ascii: "i") where `is`(text, start, end, "ioremap"):
      row.insert(.ioremap)
      place = .ioremap
    case UInt8(ascii: "u") where `is`(text, start, end, "user"):
      row.insert(.usermap)
      place = .user
    case UInt8(ascii: "s") where `is`(text, start, end, "sparse"):
      row.insert(.sparse)
      place = .sparse
    case UInt8(ascii: "d") where `is`(text, start, end, "dma-coherent"):
      row.insert(.dmaCoherent)
      place = .dmaCoherent
    default: return pair(text, start, end, &row, &words)
    }
    return place.rawValue
  }

  /// `pages=4`, `phys=0xfee00000` or `phys=fee00000`, `N0=4`.
  private static func pair(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ row: inout Row, _ words: inout Words
  ) -> Int? {
    switch text[start] {
    case UInt8(ascii: "p") where begins(text, start, end, "pages="):
      guard let (pages, last) = decimal(text, start + 6, end), last == end,
        pages <= UInt64(UInt32.max), row.shortPages == 0
      else { return nil }
      row.shortPages = UInt32(pages)
      // The kernel prints no zero, nor zeroes in front.
      if text[start + 6] == 0x30 { words.isOdd = true }
      return Place.pages.rawValue
    case UInt8(ascii: "p") where begins(text, start, end, "phys="):
      let isPrefixed = begins(text, start + 5, end, "0x")
      guard let (physical, last) = hexadecimal(text, start + (isPrefixed ? 7 : 5), end),
        last == end, row.physicalAddress == 0
      else { return nil }
      row.physicalAddress = physical
      if !isPrefixed || end - start != 23 || physical == 0 { words.isOdd = true }
      return Place.phys.rawValue
    case UInt8(ascii: "N"):
      guard let (node, count) = NodeWords.value(text, start, end), count <= 1 << 32,
        end - start < 64
      else { return nil }
      words.nodes = (words.nodes.isEmpty ? start : words.nodes.lowerBound)..<end
      words.nodePages = (words.nodePages ?? 0) &+ count
      // The kernel prints no node without pages. An area keeps those of a machine here.
      if node > 7 || text[start + 3] == 0x30 { words.isOdd = true }
      return Place.node.rawValue + node
    default: return nil
    }
  }
}
