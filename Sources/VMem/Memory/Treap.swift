/// A search tree of records in RAM that have two links each: a treap whose priorities are hashes of
/// the records' places, so that its shape needs no room and a way down is of expected logarithmic
/// length. The kernel has red-black and maple trees; what is found in either is the same.
protocol Treap {
  associatedtype Node: SlabObject

  var ram: RAM { get }
  var root: Ref<Node> { get nonmutating set }

  /// The left (0) or right (1) child.
  func child(_ node: Ref<Node>, _ side: Int) -> Ref<Node>
  func setChild(_ node: Ref<Node>, _ side: Int, _ child: Ref<Node>)
  /// Whether `a` comes before `b`.
  func precedes(_ a: Ref<Node>, _ b: Ref<Node>) -> Bool
}

extension Ref {
  @inline(__always)
  private var priority: UInt32 {
    let mixed = (granule ^ granule >> 15) &* 0x85eb_ca6b
    return (mixed ^ mixed >> 13) &* 0xc2b2_ae35
  }

  /// Whether a record stands above another in a tree.
  @inline(__always)
  func isAbove(_ other: Ref) -> Bool {
    let (first, second) = (priority, other.priority)
    return first > second || first == second && granule > other.granule
  }
}

extension Treap {
  @inline(__always)
  var stepLimit: StepLimit { ObjectCaches(ram: ram).stepLimit(Node.self) }

  /// Puts a node at a child's link of another, or at the root.
  @inline(__always)
  private func set(_ parent: Ref<Node>, _ side: Int, _ node: Ref<Node>) {
    if parent.isNone { root = node } else { setChild(parent, side, node) }
  }

  /// Puts a node into the tree: where its priority belongs, with what was there split around it.
  @inline(__always)
  func link(_ node: Ref<Node>) {
    var (parent, side) = (Ref<Node>.none, 0)
    var at = root
    var limit = stepLimit
    while !at.isNone, at.isAbove(node) {
      limit.step()
      (parent, side) = (at, precedes(node, at) ? 0 : 1)
      at = child(at, side)
    }
    set(parent, side, node)
    var left = (parent: node, side: 0)
    var right = (parent: node, side: 1)
    while !at.isNone {
      limit.step()
      if precedes(at, node) {
        setChild(left.parent, left.side, at)
        left = (at, 1)
        at = child(at, 1)
      } else {
        setChild(right.parent, right.side, at)
        right = (at, 0)
        at = child(at, 0)
      }
    }
    setChild(left.parent, left.side, .none)
    setChild(right.parent, right.side, .none)
  }

  /// Takes a node out of the tree and joins what hung below it.
  @inline(__always)
  func unlink(_ node: Ref<Node>) {
    var (parent, side) = (Ref<Node>.none, 0)
    var at = root
    var limit = stepLimit
    while at != node {
      limit.step()
      (parent, side) = (at, precedes(node, at) ? 0 : 1)
      at = child(at, side)
    }
    var (left, right) = (child(node, 0), child(node, 1))
    while !left.isNone, !right.isNone {
      limit.step()
      if left.isAbove(right) {
        set(parent, side, left)
        (parent, side) = (left, 1)
        left = child(left, 1)
      } else {
        set(parent, side, right)
        (parent, side) = (right, 0)
        right = child(right, 0)
      }
    }
    set(parent, side, left.isNone ? right : left)
  }

  /// Calls `body` for every node in order; it may free the node.
  func forEach(_ body: (Ref<Node>) -> Void) {
    var path: [Ref<Node>] = []
    var at = root
    var limit = stepLimit
    while true {
      while !at.isNone {
        limit.step()
        path.append(at)
        at = child(at, 0)
      }
      guard let node = path.popLast() else { return }
      at = child(node, 1)
      body(node)
    }
  }

  /// The nodes in order; nil when links lead out of the tree, or `isMember` denies one.
  func checked(_ isMember: (Ref<Node>) -> Bool) -> [Ref<Node>]? {
    var (path, nodes): ([Ref<Node>], [Ref<Node>]) = ([], [])
    var at = root
    var parent = Ref<Node>.none
    while true {
      while !at.isNone {
        guard isMember(at), parent.isNone || parent.isAbove(at) else { return nil }
        path.append(at)
        parent = at
        at = child(at, 0)
      }
      guard let node = path.popLast() else { return nodes }
      nodes.append(node)
      parent = node
      at = child(node, 1)
    }
  }
}
