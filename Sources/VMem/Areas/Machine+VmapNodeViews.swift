extension Machine {
  /// Calls `body` for every busy area of one vmap node, in ascending order.
  public func forEachBusyArea(ofNode node: Int, _ body: (borrowing VMArea) -> Void) {
    let isOnlyNode = vmapNodeCount == 1
    forEachBusyArea { area in
      if isOnlyNode || vmapNode(of: area.start) == node { body(area) }
    }
  }
}
