internal import VMem

/// Reads the recorded state of a kernel's address space: lists of areas, lazy ranges and the free
/// tree in one file, rows of /proc/vmallocinfo in another.
struct PrimingReader {
  /// What is wrong with a file, and with which line of it, counted from 1.
  struct Defect: Error {
    var file: String
    var line: Int
    var message: String
  }

  private(set) var state = Priming()
  /// Rows that were read, and those that describe an area of the lists.
  private(set) var rows = (read: 0, fitting: 0)
  private let listsName: String
  /// Lines the parts of the state came from, for messages.
  private var areaLines: [Int] = []
  private var lazyLines: [Int] = []
  private var blockLines: [Int] = []
  private var poolLines: [Int] = []
  private var mapBlockLines: [Int] = []
  private var lastLine = 1

  init(lists: String) { listsName = lists }

  // MARK: Lists

  /// Takes the sections `[busy_list]`, `[lazy_list]`, `[free_tree]`, `[pools]` and `[blocks]`; what the
  /// others say follows from these.
  mutating func read(lists text: Text) throws(Defect) {
    var section: Substring = ""
    try forEachLine(text) { (reader, line, number) throws(Defect) in
      reader.lastLine = number
      if line.hasPrefix("[") {
        section = line
        if line == "[pools]" { reader.state.tellsPools = true }
      } else if section == "[busy_list]" {
        try reader.busy(line, number)
      } else if section == "[lazy_list]" {
        try reader.waiting(line, number)
      } else if section == "[free_tree]" {
        try reader.block(line, number)
      } else if section == "[blocks]" {
        try reader.mapBlock(line, number)
      } else if section == "[pools]" {
        try reader.pool(line, number)
      }
    }
    if blockLines.isEmpty { throw defect(lastLine, "no free tree") }
  }

  /// `0xS-0xE SIZE`, and `flags=0x100` of kernels that have nodes.
  private mutating func waiting(_ line: Substring, _ number: Int) throws(Defect) {
    let (start, end) = try range(line, number)
    var flags: UInt64 = 0
    for word in line.split(separator: " ") { flags = value(word, "flags=") ?? flags }
    state.lazy.append((start, end, UInt32(truncatingIfNeeded: flags)))
    lazyLines.append(number)
  }

  /// `node=0 pages=2 len=2: 0xA 0xB`, the head first.
  private mutating func pool(_ line: Substring, _ number: Int) throws(Defect) {
    let words = line.split(separator: " ")
    guard words.count >= 3, let node = value(words[0], "node="),
      let pages = value(words[1], "pages="), words[2].hasPrefix("len="),
      words[2].hasSuffix(":"), let length = Int(words[2].dropFirst(4).dropLast()),
      length == words.count - 3
    else { throw defect(number, "not a pool: \(line)") }
    var starts: [UInt64] = []
    for word in words.dropFirst(3) {
      guard let start = prefixed(word) else { throw defect(number, "not an address: \(word)") }
      starts.append(start)
    }
    state.pools.append(
      Priming.Pool(node: Int(clamping: node), pages: pages, starts: starts))
    poolLines.append(number)
  }

  /// `0xS-0xE SIZE cpu=0 free=252 dirty=4 dirty_min=0 dirty_max=4 hashed_on_cpu=1 on_free_list=0`; of
  /// the last four only the range that is dirty says more than the rest.
  private mutating func mapBlock(_ line: Substring, _ number: Int) throws(Defect) {
    let words = line.split(separator: " ")
    let (start, end) = try range(line, number)
    guard words.count >= 5, let cpu = value(words[2], "cpu="),
      let free = value(words[3], "free="), let dirty = value(words[4], "dirty="),
      max(cpu, free, dirty) < 1 << 31
    else { throw defect(number, "not a block of vm_map_ram: \(line)") }
    var block = Priming.MapBlock(
      start: start, end: end, cpu: Int(cpu), free: UInt32(free), dirty: UInt32(dirty))
    for word in words.dropFirst(5) {
      if let low = value(word, "dirty_min=") { block.dirtyLow = UInt32(clamping: low) }
      if let high = value(word, "dirty_max=") { block.dirtyHigh = UInt32(clamping: high) }
    }
    state.mapBlocks.append(block)
    mapBlockLines.append(number)
  }

  /// `0xS-0xE SIZE vm flags=0x402 size=1052672 pages=256`, or `0xS-0xE SIZE vm_map_ram flags=0x103`
  private mutating func busy(_ line: Substring, _ number: Int) throws(Defect) {
    let (start, end) = try range(line, number)
    let words = line.split(separator: " ")
    if words.count == 4, words[2] == "vm_map_ram", let flags = value(words[3], "flags="),
      flags & 1 != 0, flags <= UInt64(UInt32.max)
    {
      var area = Priming.Area(start: start, end: end, flags: [], pageCount: 0)
      area.mapRAMFlags = UInt32(flags)
      state.areas.append(area)
      return areaLines.append(number)
    }
    guard words.count == 6, words[2] == "vm", let flags = value(words[3], "flags="),
      let size = value(words[4], "size="), let pages = value(words[5], "pages="),
      size == end &- start
    else { throw defect(number, "not an area: \(line)") }
    state.areas.append(
      Priming.Area(
        start: start, end: end, flags: VMFlags(rawValue: flags), pageCount: pages))
    areaLines.append(number)
  }

  /// ` L red 0xS-0xE LENGTH max=M`, one blank more for each step below the root.
  private mutating func block(_ line: Substring, _ number: Int) throws(Defect) {
    let depth = line.prefix { $0 == " " }.count
    let words = line.split(separator: " ")
    guard words.count == 5, let side = side(words[0]), words[1] == "red" || words[1] == "black"
    else { throw defect(number, "not a node of the free tree: \(line)") }
    let (start, end) = try range(words[2], number)
    state.blocks.append(
      Priming.Block(
        start: start, end: end, depth: depth, side: side, isBlack: words[1] == "black"))
    blockLines.append(number)
  }

  private func side(_ word: Substring) -> Priming.Block.Side? {
    switch word {
    case "root": .root
    case "L": .left
    case "R": .right
    default: nil
    }
  }

  // MARK: Rows

  /// Adds callers, physical addresses and nodes of pages to the areas of the lists. Other rows count
  /// for nothing: what they show was gone when the lists were made, or is lazy.
  mutating func read(rows text: Text, name: String) throws(Defect) {
    var positions: [UInt64: Int] = [:]
    for (index, area) in state.areas.enumerated() { positions[area.start] = index }
    try forEachLine(text) { (reader, line, number) throws(Defect) in
      do throws(Defect) {
        let (start, end) = try reader.range(line, number)
        reader.rows.read += 1
        guard let index = positions[start], reader.state.areas[index].end == end else { return }
        reader.rows.fitting += 1
        try reader.describe(&reader.state.areas[index], line, number)
      } catch {
        throw Defect(file: name, line: error.line, message: error.message)
      }
    }
  }

  private func describe(
    _ area: inout Priming.Area, _ line: Substring, _ number: Int
  ) throws(Defect) {
    // A mapping of vm_map_ram has a row that says no more than that.
    guard area.mapRAMFlags == 0 else { return }
    let words = line.split(separator: " ").dropFirst(2)
    let known: Set<Substring> = [
      "ioremap", "sparse", "vmalloc", "vmap", "user", "dma-coherent", "vpages",
    ]
    var caller: [Substring] = []
    for word in words {
      if let pages = value(word, "pages=") {
        guard pages == area.pageCount else {
          throw defect(number, "\(pages) pages, but the lists have \(area.pageCount)")
        }
      } else if let physical = value(word, "phys=") {
        area.physicalAddress = physical
      } else if let (node, count) = pages(onNode: word) {
        area.perNode.append((node, count))
      } else if !known.contains(word) {
        caller.append(word)
      }
    }
    area.caller = Array(caller.joined(separator: " ").utf8)
    guard area.caller.count <= Symbol.maximumLength else {
      throw defect(number, "a caller of \(area.caller.count) bytes")
    }
  }

  /// `N0=128`
  private func pages(onNode word: Substring) -> (node: Int, count: UInt64)? {
    guard word.hasPrefix("N"), let equals = word.firstIndex(of: "="),
      let node = Int(word[word.index(after: word.startIndex)..<equals]), node >= 0,
      let count = UInt64(word[word.index(after: equals)...])
    else { return nil }
    return (node, count)
  }

  // MARK: Words

  private mutating func forEachLine(
    _ text: Text, _ body: (inout PrimingReader, Substring, Int) throws(Defect) -> Void
  ) throws(Defect) {
    var number = 0
    var at = 0
    while at < text.count {
      let end = text.endOfLine(from: at)
      number += 1
      let line = text[at..<end].string
      if !line.isEmpty { try body(&self, line[...], number) }
      at = end + 1
    }
  }

  /// The range a line begins with: `0xS-0xE`.
  private func range(
    _ line: Substring, _ number: Int
  ) throws(Defect) -> (start: UInt64, end: UInt64) {
    let ends = line.prefix { $0 != " " }.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let start = prefixed(ends[0]), let end = prefixed(ends[1]) else {
      throw defect(number, "not a range of addresses: \(line)")
    }
    return (start, end)
  }

  private func value(_ word: Substring, _ key: String) -> UInt64? {
    guard word.hasPrefix(key) else { return nil }
    let number = word.dropFirst(key.count)
    return prefixed(number) ?? UInt64(number)
  }

  private func prefixed(_ word: Substring) -> UInt64? {
    guard word.hasPrefix("0x") else { return nil }
    return UInt64(word.dropFirst(2), radix: 16)
  }

  private func defect(_ line: Int, _ message: String) -> Defect {
    Defect(file: listsName, line: line, message: message)
  }

  private static let noNode =
    "flags= has a vmap node that this machine has not got; --cpus says how many there are"

  /// Words why a machine does not take the state.
  func explain(_ defect: Priming.Defect) -> Defect {
    let (line, message) =
      switch defect {
      case .area(let index): (areaLines[index], "does not begin where another range ends")
      case .lazy(let index): (lazyLines[index], "does not begin where another range ends")
      case .block(let index): (blockLines[index], "does not begin where another range ends")
      case .contents(let index): (areaLines[index], "the area cannot have such contents")
      case .pool(let index):
        (poolLines[index], "this machine has no such pool; --cpus says how many nodes there are")
      case .mapBlock(let index):
        (
          mapBlockLines[index],
          "not a block of this machine's vm_map_ram; those of 1 MiB need --config nr_cpus_8192"
        )
      case .areaNode(let index): (areaLines[index], Self.noNode)
      case .lazyNode(let index): (lazyLines[index], Self.noNode)
      case .noMapBlock(let index): (areaLines[index], "no row of [blocks] describes it")
      case .place(let index): (blockLines[index], "the node has no place in the tree")
      case .colour(let index): (blockLines[index], "the tree is not red-black here")
      case .endsEarly(let end):
        (lastLine, "nothing is said of what lies behind \(hexadecimal(end))")
      case .noMemory: (lastLine, "more memory is needed: boot with more --memory")
      }
    return self.defect(line, message)
  }
}
