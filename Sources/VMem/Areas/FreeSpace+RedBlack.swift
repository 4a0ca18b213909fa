/// Red-black balancing as in Cormen, Leiserson, Rivest and Stein, 3rd edition, chapter 13, which
/// gives the shapes that Linux's rbtree gives. Rotations keep the cached maxima exact.
///
/// What the book says once for each side is said for a side here, so that no branch depends on it.
extension FreeSpace {
  /// Lets `new` stand below a parent where `old` does.
  @inline(__always)
  private func replaceChild(
    _ old: Ref<FreeBlock>, by new: Ref<FreeBlock>, of parent: Ref<FreeBlock>
  ) {
    if parent.isNone {
      ram[root].freeRoot = new
    } else {
      ram[child: parent, side(of: old, below: parent)] = new
    }
  }

  @inline(__always)
  private func side(of child: Ref<FreeBlock>, below parent: Ref<FreeBlock>) -> FreeBlock.Side {
    FreeBlock.Side(isRight: ram[parent].left != child)
  }

  /// Lets a block go down on a side, and its child on the other side up.
  private func rotate(_ x: Ref<FreeBlock>, to side: FreeBlock.Side) {
    let y = ram[child: x, side.other]
    let parent = ram[x].parent
    let middle = ram[child: y, side]
    ram[child: x, side.other] = middle
    ram[maximum: x, side.other] = ram[maximum: y, side]
    if !middle.isNone { ram[middle].parent = x }
    ram[y].parent = parent
    replaceChild(x, by: y, of: parent)
    ram[child: y, side] = x
    ram[x].parent = y
    ram[maximum: y, side] = ram[x].maximum
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
      let side = side(of: parent, below: grand)
      let uncle = ram[child: grand, side.other]
      if !uncle.isNone && !ram[uncle].isBlack {
        ram[parent].isBlack = true
        ram[uncle].isBlack = true
        ram[grand].isBlack = false
        z = grand
        continue
      }
      if ram[child: parent, side.other] == z {
        rotate(parent, to: side)
        swap(&parent, &z)
      }
      ram[parent].isBlack = true
      ram[grand].isBlack = false
      rotate(grand, to: side.other)
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
      if childParent.isNone {
        ram[root].freeRoot = child
      } else {
        let side = side(of: z, below: childParent)
        ram[child: childParent, side] = child
        if keepsMaxima {
          ram[maximum: childParent, side] = child.isNone ? 0 : ram[child].maximum
          propagate(childParent)
        }
      }
      if !child.isNone { ram[child].parent = childParent }
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

  @inline(__always)
  private func isBlack(_ node: Ref<FreeBlock>) -> Bool { node.isNone || ram[node].isBlack }

  /// RB-DELETE-FIXUP; `child` may be none, so its parent comes with it.
  private func fixAfterDelete(_ child: Ref<FreeBlock>, _ childParent: Ref<FreeBlock>) {
    var x = child
    var parent = childParent
    var limit = StepLimit.path
    while !parent.isNone && isBlack(x) {
      limit.step()
      let side = side(of: x, below: parent)
      var sibling = ram[child: parent, side.other]
      if !ram[sibling].isBlack {
        ram[sibling].isBlack = true
        ram[parent].isBlack = false
        rotate(parent, to: side)
        sibling = ram[child: parent, side.other]
      }
      let near = ram[child: sibling, side]
      var far = ram[child: sibling, side.other]
      if isBlack(near) && isBlack(far) {
        ram[sibling].isBlack = false
        x = parent
        parent = ram[x].parent
        continue
      }
      if isBlack(far) {
        ram[near].isBlack = true
        ram[sibling].isBlack = false
        rotate(sibling, to: side.other)
        far = sibling
        sibling = near
      }
      ram[sibling].isBlack = ram[parent].isBlack
      ram[parent].isBlack = true
      ram[far].isBlack = true
      rotate(parent, to: side)
      return
    }
    if !x.isNone { ram[x].isBlack = true }
  }
}
