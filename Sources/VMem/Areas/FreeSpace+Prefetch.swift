/// Finding the places of many ranges at once: a purge knows what it gives back, and the misses of
/// several ranges are waited for together.
extension FreeSpace {
  /// The ways to what is given back next. A change of the index may turn them into ways to nowhere:
  /// `find` looks.
  struct Ways: ~Copyable {
    /// More than what the host's caches miss at once, fewer than what they hold.
    static var most: Int { 16 }

    private var paths = InlineArray<16, FreeIndex.Path> { _ in FreeIndex.Path() }

    subscript(position: Int) -> FreeIndex.Path {
      @inline(__always) _read { yield paths[position] }
      @inline(__always) _modify { yield &paths[position] }
    }
  }

  /// Finds the ways to `count` addresses, at most `Ways.most`, and lets the host fetch what giving them
  /// back touches: leaves of the index, then the blocks beside each address, then what these hang from.
  func prefetch(_ ways: inout Ways, _ count: Int, _ start: (Int) -> UInt64) {
    guard hasIndex else { return }
    for at in 0..<count {
      ways[at].descendToLeaf(index, start(at))
      index.handle(ways[at].node(0)).prefetch()
    }
    for at in 0..<count {
      ways[at].finish(index, start(at))
      let blocks = index.blocks(around: &ways[at])
      ram.prefetch(blocks.before)
      ram.prefetch(blocks.after)
    }
    for at in 0..<count {
      let blocks = index.blocks(around: &ways[at])
      ram.prefetch(ram[blocks.before].parent)
      ram.prefetch(ram[blocks.after].parent)
    }
  }
}

extension FreeIndex {
  /// The block at `path`, and the one behind it where that is in the same leaf.
  @inline(__always)
  fileprivate func blocks(
    around path: inout Path
  ) -> (before: Ref<FreeBlock>, after: Ref<FreeBlock>) {
    let leaf = handle(path.node(0))
    let position = max(0, path.position(0))
    let next = min(position + 1, max(1, leaf.count) - 1)
    return (Ref(granule: leaf.refs[position]), Ref(granule: leaf.refs[next]))
  }
}
