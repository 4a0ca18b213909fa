internal import VMem
internal import VMemViews

/// How a file of vmallocinfo becomes a machine: what it is made of, and which rows are taken over.
struct ImportPlan {
  typealias Defect = VmallocinfoFile.Defect
  typealias Note = VmallocinfoFile.Note

  let file: VmallocinfoFile
  private(set) var configuration: Configuration
  /// What was passed over: of the file, and of what came after.
  private(set) var notes: [Note]
  /// What the machine has its vmalloc window for: the file's, or all rows of another architecture.
  let window: (start: UInt64, last: UInt64)
  private let isOfOldForm: Bool
  /// What is added to the addresses of the vmalloc window.
  private(set) var shift: UInt64 = 0
  /// Rows that are taken over, ascending by address.
  private(set) var order: [UInt32] = []
  /// Vmap nodes that the order of the rows tells of; nil for an order that no kernel prints.
  private(set) var vmapNodes: Int?
  /// Positions of the rows that wait for a purge, in the file's order, and whether that is ascending.
  private(set) var unpurged: [Int] = []
  /// Of those whose row was read while they were busy, the position of that row.
  private(set) var seenBusy: [Int: Int] = [:]
  /// Rows of per-CPU areas, those of a group together and ascending.
  var groups: [[UInt32]] = []
  /// Rows of arrays of pages, by the row of the area whose pages they list.
  var arrays: [UInt32: UInt32] = [:]

  /// - Parameters:
  ///   - given: settings that the file does not decide.
  ///   - rebase: whether the vmalloc window is moved to the usual place.
  init(
    _ file: VmallocinfoFile, _ configuration: Configuration, given: ParameterSet, rebase: Bool
  ) throws(Defect) {
    self.file = file
    self.configuration = configuration
    notes = file.notes
    if file.window.last == 0, let note = file.partlyKnownWindow { notes.append(note) }
    window = file.foreign ?? file.window
    isOfOldForm = Self.isOfOldForm(file)
    try checkAddresses()
    findOrder()
    if !given.contains(.kernel) { guessKernel() }
    try place(rebase: rebase)
    guessMachine(given)
    try sort()
    findGroups()
    findArrays()
    tellWhatIsHuge()
    tellWhatIsCut()
  }

  /// Takes note of a line.
  mutating func note(_ line: Int, _ message: String) {
    if notes.count < 100 { notes.append(Note(line: line, message: message)) }
  }

  /// Which rows can be taken over at all.
  private func checkAddresses() throws(Defect) {
    let line = file.firstLine
    if file.isNarrow, file.addresses == .real {
      throw Defect(
        line: line,
        message:
          "32-bit addresses, and machines here have x86-64's tables and windows of 64 bits: there "
          + "is none for such rows. holes, fit, totals and map answer of them with --file")
    }
    guard file.addresses == .real else {
      throw Defect(
        line: line,
        message: "the addresses are \(file.addresses.words), and none is made up: read the file as "
          + "root after `sysctl kernel.kptr_restrict=1`, or make a trace (help replay); "
          + "holes, fit, totals and map answer \"at least\" with --file"
      )
    }
    if let outside = file.outside {
      throw Defect(line: outside.line, message: outside.message)
    }
    if let row = file.rows.first(where: { $0.pages > $0.size >> 12 }) {
      throw Defect(line: row.line, message: VmallocinfoFile.tooManyPages(row))
    }
  }

  // MARK: Guesses

  /// How busy rows are ordered, and where the others stand.
  private mutating func findOrder() {
    let rows = file.rows
    let inFile =
      file.isAscending
      ? Array(0..<UInt32(rows.count)) : RowOrder(rows) { UInt64($0.line) }.places
    unpurged = inFile.lazy.map { Int($0) }.filter { rows[$0].kind == .unpurged }
    vmapNodes = findVmapNodes(inFile)
    if vmapNodes == nil {
      notes.append(
        Note(line: file.firstLine, message: "no kernel prints rows in this order: sorted"))
    }
    guard let first = unpurged.first,
      inFile.suffix(unpurged.count).contains(where: { rows[Int($0)].kind != .unpurged })
    else { return }
    notes.append(
      Note(
        line: rows[first].line,
        message: "what waits for a purge stands among other rows: shown behind them"))
  }

  /// The kernel, by the order of its rows.
  private mutating func guessKernel() {
    let rows = file.rows
    let isAscending = zip(unpurged, unpurged.dropFirst())
      .allSatisfy { rows[$0].start < rows[$1].start }
    let touches = zip(unpurged, unpurged.dropFirst())
      .contains { rows[$0].end == rows[$1].start }
    let hasSparse = rows.contains { $0.flags.contains(.sparse) }
    let isOld =
      isOfOldForm || vmapNodes == 1 && !hasSparse && !(isAscending && touches)
    configuration.kernel = isOld ? .oldest : .standard
    configuration.switches = configuration.kernel.switches
    if isOld, !isAscending {
      configuration.switches.remove(.lazyMerge)
      configuration.switches.insert(.lazyUnsorted)
    }
  }

  /// Whether a row has a `phys=` without `0x`, as kernels up to 3.x print it.
  private static func isOfOldForm(_ file: VmallocinfoFile) -> Bool {
    let form = Array("phys=".utf8)
    return file.rows.contains { row in
      guard row.physicalAddress != 0, !row.words.isEmpty else { return false }
      let words = file.texts.bytes[file.texts.range(row.words)].split(separator: 0x20)
      return words.contains {
        $0.starts(with: form) && !$0.dropFirst(5).starts(with: [0x30, 0x78])
      }
    }
  }

  /// The least number of vmap nodes with which busy rows are node by node, and ascending in each.
  ///
  /// - Parameter inFile: places of the rows in the file's order.
  private func findVmapNodes(_ inFile: [UInt32]) -> Int? {
    let rows = file.rows
    // Without an order of its own a file says nothing of nodes, and old kernels have none.
    return (1...(isOfOldForm ? 1 : Configuration.maximumCPUs)).first { count in
      var before: (node: UInt64, start: UInt64) = (0, 0)
      return inFile.allSatisfy { place in
        let row = rows[Int(place)]
        if row.kind == .unpurged { return true }
        let node = count == 1 ? 0 : row.start >> 16 % UInt64(count)
        defer { before = (node, row.start) }
        return (node, row.start) >= before
      }
    }
  }

  /// Everything that the rows tell of the machine.
  private mutating func guessMachine(_ given: ParameterSet) {
    if let modules = file.modules {
      let isRandom = modules.start == AddressMap(levels: 4, randomizesBase: true).modulesStart
      configuration.switches.subtract(.randomizeBase)
      if isRandom { configuration.switches.insert(.randomizeBase) }
    } else if configuration.vmallocStart != 0 {
      configuration.switches.insert(.randomizeBase)
    }
    let block: UInt64 = 1 << 20
    if file.rows.contains(where: {
      $0.kind == .mapRAM && $0.size == block && $0.start & (block - 1) == 0
    }) {
      configuration.switches.insert(.nrCPUs8192)
    }
    if !given.contains(.cpus) { configuration.cpus = guessedCPUs() }
    var pages: UInt64 = 0
    var (node, highest) = (0, 0)
    var nodes = PackedTexts.Number.empty
    for row in file.rows {
      pages += row.pages
      guard !row.nodes.isEmpty, row.nodes != nodes else { continue }
      nodes = row.nodes
      file.forEachNode(of: row) { at, count in
        if count > 0, at > node { (node, highest) = (at, row.line) }
      }
    }
    if !given.contains(.nodes) {
      configuration.nodes = min(node + 1, Configuration.maximumNodes)
    }
    if node >= Configuration.maximumNodes {
      note(
        highest,
        "pages on node \(node), and a machine here has at most "
          + "\(Configuration.maximumNodes) nodes: kept as numbers, which vmallocinfo and totals show"
      )
    } else if node >= configuration.nodes {
      note(
        highest, "pages on node \(node), but --nodes says \(configuration.nodes): kept as numbers")
    }
    guard !given.contains(.memory) else { return }
    let records = UInt64(file.rows.count) * 256
    let wanted = max(1 << 30, records, min(pages, 1 << 24) << 13)
    configuration.memory = 1 << 30
    while configuration.memory < min(wanted, Configuration.maximumMemory) {
      configuration.memory <<= 1
    }
  }

  /// As many as vmap nodes; before these, as there are stacks for interrupts.
  private func guessedCPUs() -> Int {
    if configuration.switches.contains(.vmapNodes) { return vmapNodes ?? 1 }
    let stacks = file.rows.count { row in
      guard row.flags == .map, row.pages == 0 else { return false }
      return file.texts.hasPrefix("map_irq_stack+", at: row.caller)
        || file.texts.hasPrefix("irq_init_percpu_irqstack+", at: row.caller)
    }
    return min(max(stacks, 1), Configuration.maximumCPUs)
  }

  // MARK: Places

  /// Where the vmalloc window is, and by how much it is moved.
  private mutating func place(rebase: Bool) throws(Defect) {
    guard window.last > 0 else { return }
    let isWide = window.last - window.start >= AddressMap.vmallocSize(levels: 4)
    configuration.levels = isWide ? 5 : 4
    let usual = AddressMap(levels: configuration.levels)
    guard window.start != usual.vmallocStart else { return }
    if rebase {
      // What is not known to begin at such a place keeps its distance from one.
      shift = usual.vmallocStart &- (window.start & ~(1 << 30 - 1))
      let end = window.last &+ shift
      if end < usual.vmallocEnd {
        note(
          file.firstLine,
          "the window of the rows ends at \(hexadecimal(end)) here, this machine's at "
            + "\(hexadecimal(usual.vmallocEnd)): there is no such hole")
      }
      return
    }
    guard AddressMap.vmallocStarts(levels: configuration.levels).contains(window.start) else {
      throw Defect(
        line: file.firstLine,
        message: "no x86-64 kernel has its vmalloc window at \(hexadecimal(window.start)); "
          + "--rebase moves the rows to \(hexadecimal(usual.vmallocStart))")
    }
    configuration.vmallocStart = window.start
  }

  /// First byte of a row in the machine.
  func start(_ row: VmallocinfoFile.Row) -> UInt64 {
    row.start >= window.start && row.start <= window.last
      ? row.start &+ shift : row.start
  }

  /// Puts the rows in order, and refuses those that overlap: but what waits for a purge, or was freed
  /// and handed out again while the file was read.
  private mutating func sort() throws(Defect) {
    let overlaps = try RowOverlaps(file)
    seenBusy = overlaps.seenBusy
    notes += overlaps.notes
    order = Array(0..<UInt32(file.rows.count))
    guard !overlaps.dropped.isEmpty else { return }
    order.removeAll { overlaps.dropped.contains($0) }
    unpurged.removeAll { overlaps.dropped.contains(UInt32($0)) }
  }

  /// An area as its row has it, in its place in the machine.
  func area(_ row: VmallocinfoFile.Row) -> ImportedArea {
    let start = start(row)
    var area = ImportedArea(start: start, end: start &+ row.size, flags: row.flags)
    area.pageCount = UInt32(clamping: row.pages)
    area.pagesPerNode = file.pagesPerNode(row)
    area.physicalAddress = row.physicalAddress
    area.showsArray = row.hasArray
    return area
  }

  /// Texts that are longer than the machine keeps.
  private mutating func tellWhatIsCut() {
    let shortest = Symbol.maximumLength
    guard file.texts.longest > shortest else { return }
    for row in file.rows {
      for (text, most) in [
        (row.caller, ImportedRow.longestCaller),
        (
          row.words,
          row.kind == .area
            ? ImportedRow.longestTail(behind: file.texts.range(row.caller).count)
            : Symbol.maximumLength
        ),
      ] where file.texts.range(text).count > most {
        let count = file.texts.range(text).count
        note(row.line, "a text of \(count) bytes: the first \(most) are kept")
      }
    }
  }

  /// The vmap node of each row that waits for a purge: rows come node by node, ascending in each, so
  /// that a lower address begins the next node.
  func unpurgedNodes() -> [Int] {
    guard configuration.switches.contains(.vmapNodes) else {
      return unpurged.map { _ in 0 }
    }
    var node = 0
    var before: UInt64 = 0
    return unpurged.map { index in
      let start = file.rows[index].start
      if start < before { node = min(node + 1, configuration.cpus - 1) }
      before = start
      return node
    }
  }
}
