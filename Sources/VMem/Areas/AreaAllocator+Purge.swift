/// Lazy freeing: areas wait, unmapped but not reusable, until a purge flushes the TLBs once for all.
extension AreaAllocator {
  /// Pages that may wait before a drain is scheduled (`lazy_max_pages`): 32 MiB for each doubling of
  /// the number of CPUs, unless the machine was booted with another number.
  var lazyMaximum: UInt64 {
    let given = ram[state].lazyMaximum
    if given != 0 { return UInt64(given) }
    let cpus = ram[Superblock.ref].cpus
    return UInt64(32 - cpus.leadingZeroBitCount) * 8192
  }

  /// Node an encoded area flag names, or nil.
  @inline(__always)
  func decodedNode(_ areaFlags: UInt32) -> Int? {
    let number = Int(areaFlags >> 8) - 1
    return number >= 0 && number < nodeCount ? number : nil
  }

  /// Takes a plain area out of the busy ones and lets it wait, without a look at its record: that is seldom
  /// in the host's caches, which fetch it while other things go on. Returns false for other areas, and
  /// where a drain may be due; the area is busy then.
  @inline(__always)
  func freePlain(_ address: UInt64, if isUnmapped: (UInt64) -> Bool) -> Bool {
    let key = key(address)
    let chunk = ram[state].busy.chunk(of: key, ram)
    guard chunk != 0 else { return false }
    let word = BusyWord(rawValue: ram[words: chunk, Int(truncatingIfNeeded: key)])
    guard word.isPlain, address & 4095 == 0, isUnmapped(address &+ word.mostPages &<< 12)
    else { return false }
    ram.settleFreedArea()
    guard ram[state].lazyPages &+ word.mostPages <= lazyMaximum else { return false }
    ram[state].busy.remove(key, in: chunk, ram)
    ram[state].busyCount &-= 1
    ram.prefetch(word.area)
    ram[state].freedLast = word.area
    return true
  }

  /// Puts an area that is no longer busy on a lazy list, and schedules a drain when too much waits.
  /// The corresponding kernel function is `free_vmap_area_noflush`.
  @inline(__always)
  func freeLazily(_ area: Ref<VMArea>) {
    ram.settleFreedArea()
    let number =
      nodeCount == 1 ? 0 : decodedNode(ram[area].areaFlags) ?? nodeNumber(of: ram[area].start)
    let node = node(number)
    // What a row said of it while it was busy is no more.
    if ram[area].showsArray, !ram[area].tail.isNone { ram[area].tail = .none }
    ram[area].next = ram[node].lazy.head
    ram[node].lazy.head = area
    ram[node].lazy.count += 1
    ram[state].lazyPages += ram[area].reserved >> 12
    if ram[state].lazyPages > lazyMaximum {
      ram[state].drainScheduled = 1
      ram[state].hasWork = 1
    }
  }

  /// Whether anything is to run behind a call, as `AreaState.hasWork` has to say.
  var hasScheduledWork: Bool {
    ram[ram.mapping].deferredFree != 0 || ram[ram.arenas].spans != 0
      || ram[state].drainScheduled != 0
  }

  /// Runs the drain if one is scheduled (`drain_vmap_area_work`); a worker that has to wait for another purge
  /// does so.
  func runScheduledDrain() {
    guard ram[state].drainScheduled != 0, ram[state].purgeHolder == 0 else { return }
    ram[state].drainScheduled = 0
    _ = purge(full: false)
  }

  /// What an allocation that finds no place runs (`reclaim_and_purge_vmap_areas`).
  func reclaim() {
    blocks.purgeFragmented()
    _ = purge(full: true)
  }

  /// Flushes what vm_map_ram's blocks still owe, and purges. The corresponding kernel function is
  /// `_vm_unmap_aliases`.
  ///
  /// `range` is flushed with it.
  func unmapAliases(also range: (start: UInt64, end: UInt64)? = nil) {
    var dirty = blocks.purgeOrCollect()
    if let range {
      dirty = dirty.map { (min($0.start, range.start), max($0.end, range.end)) } ?? range
    }
    if !purge(full: false, also: dirty), let dirty {
      TLBFlush(ram: ram).kernelRange(dirty.start, dirty.end)
    }
  }

  /// Takes note whether anybody knows what vmap nodes keep in their pools, where there are any.
  func setPoolsUnknown(_ areUnknown: Bool) {
    ram[state].poolsUnknown = areUnknown && nodeCount > 1 ? 1 : 0
  }

  /// Empties the pools of all nodes (`vmap_node_shrink_scan`).
  func shrinkNodes() {
    guard nodeCount > 1 else { return }
    for number in 0..<nodeCount { decay(node(number), full: true) }
  }

  /// Decays the pools, flushes the TLBs over everything that waits and gives it back. Returns whether
  /// anything waited; `range` is flushed with it. The corresponding kernel function is `__purge_vmap_area_lazy`.
  func purge(full: Bool, also range: (start: UInt64, end: UInt64)? = nil) -> Bool {
    if ram[state].purgeHolder != 0 { waitForPurge() }
    ram.settleFreedArea()
    var heads = InlineArray<64, Ref<VMArea>>(repeating: .none)
    var counts = InlineArray<64, UInt32>(repeating: 0)
    var lowest = range?.start ?? .max
    var highest = range?.end ?? 0
    var waiting = 0
    for number in 0..<nodeCount {
      let node = node(number)
      if nodeCount > 1 { decay(node, full: full) }
      guard ram[node].lazy.count != 0 else { continue }
      heads[number] = ram[node].lazy.head
      counts[number] = ram[node].lazy.count
      caches.expect(counts[number], VMArea.self)
      ram[node].lazy = VmapNode.List()
      waiting += 1
    }
    guard waiting > 0 else { return false }
    var batch = PurgeBatch(ram: ram)
    for number in 0..<nodeCount where counts[number] != 0 {
      batch.load(heads[number], count: Int(counts[number]))
      lowest = min(lowest, batch.lowest)
      highest = max(highest, batch.highest)
      give(back: &batch, node(number), full: full)
    }
    // Nothing waits any more.
    ram[state].lazyPages = 0
    TLBFlush(ram: ram).kernelRange(lowest, highest)
    return true
  }

  /// The first part of a purge that is divided: takes everything that waits from the lazy lists, and
  /// returns what is to be flushed; nil when there is nothing.
  func detachLazy(also range: (start: UInt64, end: UInt64)?) -> (start: UInt64, end: UInt64)? {
    ram.settleFreedArea()
    var lowest = range?.start ?? .max
    var highest = range?.end ?? 0
    for number in 0..<nodeCount {
      let node = node(number)
      if nodeCount > 1 { decay(node, full: false) }
      var area = ram[node].lazy.head
      while !area.isNone {
        let next = ram[area].next
        lowest = min(lowest, ram[area].start)
        highest = max(highest, ram[area].end)
        ram[area].next = ram[state].purging.head
        ram[state].purging.head = area
        ram[state].purging.count += 1
        area = next
      }
      ram[node].lazy = VmapNode.List()
    }
    return lowest < highest ? (lowest, highest) : nil
  }

  /// The last part: what was taken goes to the pools and the free tree.
  func giveBackDetached() {
    var perNode: [[Ref<VMArea>]] = Array(repeating: [], count: nodeCount)
    var area = ram[state].purging.head
    while !area.isNone {
      perNode[decodedNode(ram[area].areaFlags) ?? nodeNumber(of: ram[area].start)].append(area)
      ram[state].lazyPages -= ram[area].reserved >> 12
      area = ram[area].next
    }
    ram[state].purging = VmapNode.List()
    for number in 0..<nodeCount where !perNode[number].isEmpty {
      var batch = PurgeBatch(ram: ram)
      for area in perNode[number] { batch.append(area) }
      batch.sort()
      give(back: &batch, node(number), full: false)
    }
  }

  /// Areas with a node go to that node's pool, the others to the tree in descending order, as the
  /// kernel's local list makes it (`purge_vmap_node`).
  private func give(back batch: inout PurgeBatch, _ node: Ref<VmapNode>, full: Bool) {
    let pools = nodeCount > 1 && !full
    if pools {
      for index in 0..<batch.count {
        let area = batch[index]
        if decodedNode(ram[area].areaFlags) != nil, pool(area, node) { batch.drop(index) }
      }
    }
    if ram.has(.lazyMerge) { batch.releaseMerged(space) } else { batch.releaseDescending(space) }
  }

  /// `node_pool_add_va`: to the head of the list for its size.
  func pool(_ area: Ref<VMArea>, _ node: Ref<VmapNode>) -> Bool {
    let index = (ram[area].reserved - 1) >> 12
    guard index < UInt64(VmapNode.poolCount) else { return false }
    let at = Int(index)
    let head = ram[node].pools[at].head
    ram[area].next = head
    if head.isNone { ram[node].pools[at].tail = area }
    ram[node].pools[at].head = area
    ram[node].pools[at].count += 1
    return true
  }

  /// Gives a quarter of each pool list back, or all of it (`decay_va_pool_node`). What goes back is
  /// merged among itself first and reaches the tree in ascending order.
  func decay(_ node: Ref<VmapNode>, full: Bool) {
    var batch = PurgeBatch(ram: ram)
    for at in 0..<VmapNode.poolCount {
      let length = ram[node].pools[at].count
      var leaving = full ? length : length >> 2
      // A count that runs below zero takes all.
      if leaving == 0, ram.has(.smallPoolsGo) { leaving = length }
      guard leaving > 0 else { continue }
      caches.expect(length, VMArea.self)
      ram[node].pools[at].count = length - leaving
      while leaving > 0 {
        let area = ram[node].pools[at].head
        ram[node].pools[at].head = ram[area].next
        batch.append(area)
        leaving -= 1
      }
      if ram[node].pools[at].head.isNone { ram[node].pools[at].tail = .none }
    }
    guard batch.count > 0 else { return }
    batch.sort()
    batch.releaseMerged(space)
  }
}

extension RAM {
  /// Puts the area that `freePlain` left aside on its lazy list: whoever looks at what waits, or at the bytes
  /// of records, calls this first.
  @inline(__always)
  package func settleFreedArea() {
    let state = Ref<AreaState>(granule: 1)
    let area = self[state].freedLast
    guard !area.isNone else { return }
    self[state].freedLast = .none
    let node = self[state].nodes
    self[area].next = self[node].lazy.head
    self[node].lazy.head = area
    self[node].lazy.count &+= 1
    self[state].lazyPages &+= self[area].reserved >> 12
  }
}
