internal import VMem

/// Two machines' address space side by side, in pieces that have a border of neither inside.
struct MapDifference {
  /// A piece, or a run of pieces that are the same in both.
  struct Piece {
    let start: UInt64
    var last: UInt64
    /// The segments it is part of.
    let old: Int
    let new: Int
    let oldMapped: UInt64
    let newMapped: UInt64
    let isChanged: Bool
    /// Pieces that it stands for.
    var count = 1

    var size: ByteSize { ByteSize(from: start, through: last) }
  }

  let old: AddressSpace
  let new: AddressSpace
  private(set) var pieces: [Piece] = []

  /// The same range of both machines.
  init(
    _ a: borrowing Machine, _ b: borrowing Machine, in range: (start: UInt64, end: UInt64)
  ) {
    old = AddressSpace(a, in: range)
    new = AddressSpace(b, in: range)
    var (pagesA, pagesB) = (MappedPages(a), MappedPages(b))
    var (at, other) = (0, 0)
    while at < old.all.count, other < new.all.count {
      let (from, to) = (old.all[at], new.all[other])
      let (start, last) = (max(from.start, to.start), min(from.last, to.last))
      let (mappedA, mappedB) = (pagesA.sum(start, last), pagesB.sum(start, last))
      let isSame = self.isSame(from, to) && mappedA == mappedB
      add(
        Piece(
          start: start, last: last, old: at, new: other, oldMapped: mappedA.bytes,
          newMapped: mappedB.bytes, isChanged: !isSame))
      if from.last <= last { at += 1 }
      if to.last <= last { other += 1 }
    }
  }

  /// What is the same in both is one piece.
  private mutating func add(_ piece: Piece) {
    guard !piece.isChanged, let before = pieces.last, !before.isChanged else {
      return pieces.append(piece)
    }
    pieces[pieces.count - 1].last = piece.last
    pieces[pieces.count - 1].count += 1
  }

  /// Whether two segments are the same area, or of the same kind where they are none: a hole grows
  /// with what is freed beside it.
  private func isSame(_ from: Segment, _ to: Segment) -> Bool {
    guard from.kind == to.kind else { return false }
    guard from.kind.isArea else { return true }
    return from.start == to.start && from.last == to.last
      && old.caller(of: from) == new.caller(of: to)
  }
}
