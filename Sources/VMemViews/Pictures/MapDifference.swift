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

  let old: MapSegments
  let new: MapSegments
  private(set) var pieces: [Piece] = []

  /// The same range of both machines.
  init(
    _ a: borrowing Machine, _ b: borrowing Machine, in range: (start: UInt64, end: UInt64)
  ) {
    old = MapSegments(a, in: range)
    new = MapSegments(b, in: range)
    var (pagesA, pagesB) = (MappedPages(a), MappedPages(b))
    var (at, other) = (0, 0)
    while at < old.all.count, other < new.all.count {
      let (from, to) = (old.all[at], new.all[other])
      let (start, last) = (max(from.start, to.start), min(from.last, to.last))
      let (mappedA, mappedB) = (pagesA.sum(start, last), pagesB.sum(start, last))
      let isSame = Self.isSame(a, from, b, to) && mappedA == mappedB
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
  private static func isSame(
    _ a: borrowing Machine, _ old: MapSegment, _ b: borrowing Machine, _ new: MapSegment
  ) -> Bool {
    guard old.kind == new.kind else { return false }
    guard old.kind.isArea else { return true }
    guard old.start == new.start, old.last == new.last, old.caller.isNone == new.caller.isNone
    else { return false }
    if old.caller.isNone { return true }
    let (first, second) = (a.ram[old.caller], b.ram[new.caller])
    guard first.length == second.length else { return false }
    for at in 0..<Int(first.length) where first.text[at] != second.text[at] { return false }
    return true
  }
}
