extension VMAreas {
  /// Calls `body` for every busy area of one vmap node, in ascending order.
  ///
  /// Complexity: a visit of every chunk of the index, and of each area of the node.
  package func forEachBusyArea(ofNode node: Int, _ body: (borrowing VMArea) -> Void) {
    areas.forEachBusy(ofNode: node, body)
  }
}
