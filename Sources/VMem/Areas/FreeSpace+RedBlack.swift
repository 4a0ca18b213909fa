/// Red-black balancing as in Cormen, Leiserson, Rivest and Stein, 3rd edition, chapter 13, which
/// gives the shapes that Linux's rbtree gives. Rotations keep the cached maxima exact.
extension FreeSpace {
  private typealias Node = Ref<FreeBlock>

  @inline(__always)
  private func replaceChild(
    _ old: Ref<FreeBlock>, by new: Ref<FreeBlock>, of parent: Ref<FreeBlock>
  ) {
    if parent.isNone {
      ram[root].freeRoot = new
    } else if ram[parent].left == old {
      ram[parent].left = new
    } else {
      ram[parent].right = new
    }
  }

  private func rotateLeft(_ x: Ref<FreeBlock>) {
    let y = ram[x].right
    let parent = ram[x].parent
    let middle = ram[y].left
    ram[x].right = middle
    ram[x].rightMaximum = ram[y].leftMaximum
    if !middle.isNone { ram[middle].parent = x }
    ram[y].parent = parent
    replaceChild(x, by: y, of: parent)
    ram[y].left = x
    ram[x].parent = y
    ram[y].leftMaximum = ram[x].maximum
  }

  private func rotateRight(_ x: Ref<FreeBlock>) {
    let y = ram[x].left
    let parent = ram[x].parent
    let middle = ram[y].right
    ram[x].left = middle
    ram[x].leftMaximum = ram[y].rightMaximum
    if !middle.isNone { ram[middle].parent = x }
    ram[y].parent = parent
    replaceChild(x, by: y, of: parent)
    ram[y].right = x
    ram[x].parent = y
    ram[y].rightMaximum = ram[x].maximum
  }

  /// RB-INSERT-FIXUP; `block` is red and linked, maxima are right.
  func fixAfterInsert(_ block: Ref<FreeBlock>) {
    var z = block
    var limit = StepLimit.path
    while true {
      limit.step()
      var parent = ram[z].parent
      if parent.isNone {
        ram[z].isBlack = true
        return
      }
      if ram[parent].isBlack { return }
      let grand = ram[parent].parent
      let parentIsLeft = ram[grand].left == parent
      let uncle = parentIsLeft ? ram[grand].right : ram[grand].left
      if !uncle.isNone && !ram[uncle].isBlack {
        ram[parent].isBlack = true
        ram[uncle].isBlack = true
        ram[grand].isBlack = false
        z = grand
        continue
      }
      if parentIsLeft {
        if ram[parent].right == z {
          rotateLeft(parent)
          swap(&parent, &z)
        }
        ram[parent].isBlack = true
        ram[grand].isBlack = false
        rotateRight(grand)
      } else {
        if ram[parent].left == z {
          rotateRight(parent)
          swap(&parent, &z)
        }
        ram[parent].isBlack = true
        ram[grand].isBlack = false
        rotateLeft(grand)
      }
      return
    }
  }

  /// RB-DELETE: takes a node out of the tree. The descriptor stays the caller's.
  func unlink(_ z: Ref<FreeBlock>) {
    let left = ram[z].left
    let right = ram[z].right
    var removedBlack = ram[z].isBlack
    var child: Ref<FreeBlock>
    var childParent: Ref<FreeBlock>
    if left.isNone || right.isNone {
      child = left.isNone ? right : left
      childParent = ram[z].parent
      let wasLeft = !childParent.isNone && ram[childParent].left == z
      replaceChild(z, by: child, of: childParent)
      if !child.isNone { ram[child].parent = childParent }
      setMaximum(of: childParent, left: wasLeft, child)
    } else {
      // The successor takes the node's place and colour.
      let y = leftmost(right)
      removedBlack = ram[y].isBlack
      child = ram[y].right
      if y == right {
        childParent = y
      } else {
        childParent = ram[y].parent
        ram[childParent].left = child
        if !child.isNone { ram[child].parent = childParent }
        ram[childParent].leftMaximum = ram[y].rightMaximum
        ram[y].right = right
        ram[right].parent = y
        ram[y].rightMaximum = ram[z].rightMaximum
      }
      let parent = ram[z].parent
      replaceChild(z, by: y, of: parent)
      ram[y].parent = parent
      ram[y].left = left
      ram[left].parent = y
      ram[y].leftMaximum = ram[z].leftMaximum
      ram[y].isBlack = ram[z].isBlack
      if childParent != y { propagate(childParent) }
      propagate(y)
    }
    ram[root].freeCount -= 1
    if removedBlack { fixAfterDelete(child, childParent) }
  }

  private func setMaximum(of parent: Ref<FreeBlock>, left: Bool, _ child: Ref<FreeBlock>) {
    guard !parent.isNone else { return }
    let maximum = child.isNone ? 0 : ram[child].maximum
    if left { ram[parent].leftMaximum = maximum } else { ram[parent].rightMaximum = maximum }
    propagate(parent)
  }

  @inline(__always)
  private func isBlack(_ node: Ref<FreeBlock>) -> Bool { node.isNone || ram[node].isBlack }

  /// RB-DELETE-FIXUP; `child` may be none, so its parent comes with it.
  private func fixAfterDelete(_ child: Ref<FreeBlock>, _ childParent: Ref<FreeBlock>) {
    var x = child
    var parent = childParent
    var limit = StepLimit.path
    while !parent.isNone && isBlack(x) {
      limit.step()
      let onLeft = ram[parent].left == x
      var sibling = onLeft ? ram[parent].right : ram[parent].left
      if !ram[sibling].isBlack {
        ram[sibling].isBlack = true
        ram[parent].isBlack = false
        if onLeft { rotateLeft(parent) } else { rotateRight(parent) }
        sibling = onLeft ? ram[parent].right : ram[parent].left
      }
      let near = onLeft ? ram[sibling].left : ram[sibling].right
      var far = onLeft ? ram[sibling].right : ram[sibling].left
      if isBlack(near) && isBlack(far) {
        ram[sibling].isBlack = false
        x = parent
        parent = ram[x].parent
        continue
      }
      if isBlack(far) {
        ram[near].isBlack = true
        ram[sibling].isBlack = false
        if onLeft { rotateRight(sibling) } else { rotateLeft(sibling) }
        far = sibling
        sibling = near
      }
      ram[sibling].isBlack = ram[parent].isBlack
      ram[parent].isBlack = true
      ram[far].isBlack = true
      if onLeft { rotateLeft(parent) } else { rotateRight(parent) }
      return
    }
    if !x.isNone { ram[x].isBlack = true }
  }
}
