/// A red-black tree of ranges after Cormen, Leiserson, Rivest and Stein, 3rd edition, with objects,
/// parent pointers and a sentinel: slow, and nothing like the engine's code.
final class NaiveTree {
  final class Node {
    var start: UInt64
    var end: UInt64
    var isRed = false
    weak var parent: Node!
    var left: Node!
    var right: Node!

    init(_ start: UInt64, _ end: UInt64) {
      self.start = start
      self.end = end
    }
  }

  private let sentinel = Node(0, 0)
  private(set) var root: Node

  init() {
    root = sentinel
    sentinel.parent = sentinel
  }

  // MARK: Contents

  /// Every node in pre-order: start and colour, or nil for an absent child.
  var preOrder: [(start: UInt64, isBlack: Bool)?] {
    var result: [(start: UInt64, isBlack: Bool)?] = []
    func visit(_ node: Node) {
      if node === sentinel { return result.append(nil) }
      result.append((node.start, !node.isRed))
      visit(node.left)
      visit(node.right)
    }
    visit(root)
    return result
  }

  /// The node that contains an address, or nil.
  func node(containing address: UInt64) -> Node? {
    var node = root
    while node !== sentinel {
      if address < node.start {
        node = node.left
      } else if address >= node.end {
        node = node.right
      } else {
        return node
      }
    }
    return nil
  }

  /// The nodes before and after a range that no node overlaps.
  private func neighbours(_ start: UInt64, _ end: UInt64) -> (before: Node?, after: Node?) {
    var before: Node?
    var after: Node?
    var node = root
    while node !== sentinel {
      if node.start >= end {
        after = node
        node = node.left
      } else {
        before = node
        node = node.right
      }
    }
    return (before, after)
  }

  // MARK: Ranges

  /// Takes a range out of the node that contains it.
  func take(_ start: UInt64, _ end: UInt64) {
    let node = self.node(containing: start)!
    switch (node.start == start, node.end == end) {
    case (true, true): delete(node)
    case (true, false): node.start = end
    case (false, true): node.end = start
    case (false, false):
      let left = Node(node.start, start)
      node.start = end
      insert(left)
    }
  }

  /// Gives a range back.
  func give(_ start: UInt64, _ end: UInt64) {
    let (before, after) = neighbours(start, end)
    let joinsBefore = before.map { $0.end == start } ?? false
    let joinsAfter = after.map { $0.start == end } ?? false
    if joinsBefore && joinsAfter {
      let reach = after!.end
      delete(after!)
      before!.end = reach
    } else if joinsBefore {
      before!.end = end
    } else if joinsAfter {
      after!.start = start
    } else {
      insert(Node(start, end))
    }
  }

  // MARK: Rotations

  private func leftRotate(_ x: Node) {
    let y = x.right!
    x.right = y.left
    if y.left !== sentinel { y.left.parent = x }
    transplant(x, y)
    y.left = x
    x.parent = y
  }

  private func rightRotate(_ x: Node) {
    let y = x.left!
    x.left = y.right
    if y.right !== sentinel { y.right.parent = x }
    transplant(x, y)
    y.right = x
    x.parent = y
  }

  /// Puts `v` in the place of `u` below `u`'s parent.
  private func transplant(_ u: Node, _ v: Node) {
    if u.parent === sentinel {
      root = v
    } else if u === u.parent.left {
      u.parent.left = v
    } else {
      u.parent.right = v
    }
    v.parent = u.parent
  }

  // MARK: Insertion

  private func insert(_ z: Node) {
    var y = sentinel
    var x = root
    while x !== sentinel {
      y = x
      x = z.start < x.start ? x.left : x.right
    }
    z.parent = y
    if y === sentinel {
      root = z
    } else if z.start < y.start {
      y.left = z
    } else {
      y.right = z
    }
    z.left = sentinel
    z.right = sentinel
    z.isRed = true
    insertFixup(z)
  }

  private func insertFixup(_ node: Node) {
    var z = node
    while z.parent.isRed {
      let onLeft = z.parent === z.parent.parent.left
      let y: Node = onLeft ? z.parent.parent.right : z.parent.parent.left
      if y.isRed {
        z.parent.isRed = false
        y.isRed = false
        z.parent.parent.isRed = true
        z = z.parent.parent
        continue
      }
      if z === (onLeft ? z.parent.right : z.parent.left) {
        z = z.parent
        if onLeft { leftRotate(z) } else { rightRotate(z) }
      }
      z.parent.isRed = false
      z.parent.parent.isRed = true
      if onLeft { rightRotate(z.parent.parent) } else { leftRotate(z.parent.parent) }
    }
    root.isRed = false
  }

  // MARK: Deletion

  private func delete(_ z: Node) {
    var wasRed = z.isRed
    let x: Node
    if z.left === sentinel {
      x = z.right
      transplant(z, x)
    } else if z.right === sentinel {
      x = z.left
      transplant(z, x)
    } else {
      var y = z.right!
      while y.left !== sentinel { y = y.left }
      wasRed = y.isRed
      x = y.right
      if y.parent === z {
        x.parent = y
      } else {
        transplant(y, x)
        y.right = z.right
        y.right.parent = y
      }
      transplant(z, y)
      y.left = z.left
      y.left.parent = y
      y.isRed = z.isRed
    }
    if !wasRed { deleteFixup(x) }
  }

  private func deleteFixup(_ node: Node) {
    var x = node
    while x !== root && !x.isRed {
      let onLeft = x === x.parent.left
      func near(_ node: Node) -> Node { onLeft ? node.left : node.right }
      func far(_ node: Node) -> Node { onLeft ? node.right : node.left }
      var w = far(x.parent)
      if w.isRed {
        w.isRed = false
        x.parent.isRed = true
        if onLeft { leftRotate(x.parent) } else { rightRotate(x.parent) }
        w = far(x.parent)
      }
      if !near(w).isRed && !far(w).isRed {
        w.isRed = true
        x = x.parent
        continue
      }
      if !far(w).isRed {
        near(w).isRed = false
        w.isRed = true
        if onLeft { rightRotate(w) } else { leftRotate(w) }
        w = far(x.parent)
      }
      w.isRed = x.parent.isRed
      x.parent.isRed = false
      far(w).isRed = false
      if onLeft { leftRotate(x.parent) } else { rightRotate(x.parent) }
      x = root
    }
    x.isRed = false
  }
}
