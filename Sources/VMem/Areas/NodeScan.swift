/// Finds the areas of a node in an index of areas by first page: nodes take turns every 16 pages.
///
/// Areas are fetched in batches, so that the processor waits for many of them at once.
struct NodeScan {
  let ram: RAM
  /// Page number that key 0 stands for.
  let base: UInt64
  let node: UInt64
  let count: UInt64
  private var granules = InlineArray<32, UInt32>(repeating: 0)
  private var batch = InlineArray<32, VMArea>(repeating: VMArea())
  private var found = 0
  /// Chunks are frames of their own, and each is visited for two ranges of keys.
  private var limit: StepLimit
  /// Each area is found once.
  private var areas: StepLimit

  init(ram: RAM, base: UInt64, node: UInt64, count: UInt64) {
    self.ram = ram
    self.base = base
    self.node = node
    self.count = count
    limit = StepLimit(2 * UInt64(ram.frameCount))
    areas = ObjectCaches(ram: ram).stepLimit(VMArea.self)
  }

  /// Visits the areas below a chunk whose first key is `first`, as far as it reaches into `keys`.
  /// The range begins and ends with a chunk.
  mutating func visit(
    _ chunk: UInt32, height: UInt32, first: UInt64, _ keys: ClosedRange<UInt64>,
    _ body: (borrowing VMArea) -> Void
  ) {
    limit.step()
    guard height > 1 else {
      if height == 1, keys.contains(first) { runs(chunk, ((first &+ base) << 12) >> 16, body) }
      return
    }
    let shift = 10 * UInt64(height - 1)
    for index in 0..<1024 {
      let below = ram[words: chunk, index]
      let start = first &+ UInt64(index) << shift
      if below != 0, start <= keys.upperBound, start | (1 << shift - 1) >= keys.lowerBound {
        visit(below, height: height - 1, first: start, keys, body)
      }
    }
  }

  private mutating func runs(
    _ chunk: UInt32, _ zone: UInt64, _ body: (borrowing VMArea) -> Void
  ) {
    var run = (node + count - zone % count) % count
    while run < 64 {
      for index in Int(run) * 16..<Int(run) * 16 + 16 {
        // Without a branch: which words are in use cannot be foreseen.
        let granule = ram[words: chunk, index]
        granules[found & 31] = BusyWord(rawValue: granule).area.granule
        found += granule == 0 ? 0 : 1
      }
      if found >= 16 { deliver(body) }
      run += count
    }
  }

  mutating func deliver(_ body: (borrowing VMArea) -> Void) {
    areas.step(found)
    for index in 0..<found { batch[index] = ram[Ref<VMArea>(granule: granules[index])] }
    for index in 0..<found { body(batch[index]) }
    found = 0
  }
}
