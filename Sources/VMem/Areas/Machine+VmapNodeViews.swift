extension Machine {
  /// Calls `body` for every busy area of one vmap node, in ascending order.
  ///
  /// Complexity: a visit of every chunk of the index, and of each area of the node.
  public func forEachBusyArea(ofNode node: Int, _ body: (borrowing VMArea) -> Void) {
    let state = ram[Superblock.ref].areas
    var scan = NodeScan(ram: ram, node: UInt64(node), count: UInt64(areas.nodeCount))
    // The lower index holds whole page numbers; the upper one those of the topmost 2^48 bytes.
    // Six levels cover every key; a greater height is damage.
    scan.visit(state.busyLow.root, min(state.busyLow.height, 6), 0, body)
    scan.visit(state.busyHigh.root, min(state.busyHigh.height, 6), 0xf_fff0_0000_0000, body)
    scan.deliver(body)
  }
}
