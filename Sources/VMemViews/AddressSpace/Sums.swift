/// Sums over areas that grow, by who asked for them and by kind.
struct Sums {
  private struct Sum {
    var count = 0
    var bytes: UInt64 = 0
    var pages: UInt64 = 0
  }

  private let key: AddressTotals.Key
  /// By kind, of what is not counted by owner.
  private var kinds = [Sum](repeating: Sum(), count: SegmentKind.allCases.count)
  /// By owner: callers or modules.
  private var owners: [Sum] = []
  private let names: PackedTexts
  /// The module of each caller.
  private var modules: [PackedTexts.Number] = []

  init(_ key: AddressTotals.Key, _ callers: PackedTexts) {
    self.key = key
    switch key {
    case .module:
      var table = TextTable()
      for number in 0..<callers.count {
        let caller = PackedTexts.Number(value: UInt32(number))
        modules.append(Self.module(of: callers.bytes[callers.range(caller)], &table))
      }
      names = table.texts
    case .caller: names = callers
    case .kind, .node: names = PackedTexts()
    }
    owners = [Sum](repeating: Sum(), count: names.count)
  }

  @inline(__always)
  mutating func add(
    _ kind: SegmentKind, _ caller: PackedTexts.Number, _ bytes: UInt64, _ pages: UInt64
  ) {
    switch key {
    case .module where kind.isArea:
      Self.add(bytes, pages, to: &owners[modules[caller.index].index])
    case .caller where !caller.isEmpty: Self.add(bytes, pages, to: &owners[caller.index])
    default: Self.add(bytes, pages, to: &kinds[Int(kind.rawValue)])
    }
  }

  @inline(__always)
  private static func add(_ bytes: UInt64, _ pages: UInt64, to sum: inout Sum) {
    sum.count += 1
    sum.bytes &+= bytes
    sum.pages &+= pages
  }

  /// By bytes, the largest first; of equal ones by name.
  ///
  /// Complexity: O(n log n) in the owners; their names are made at the end.
  var rows: [AddressTotals.Row] {
    let byKind = SegmentKind.allCases.filter { kinds[Int($0.rawValue)].count > 0 }.map { kind in
      Self.row("\(kind.name)", kinds[Int(kind.rawValue)], kind)
    }
    let places = (0..<owners.count).filter { owners[$0].count > 0 }
      .map { PackedTexts.Number(value: UInt32($0)) }
      .sorted { a, b in
        let (first, second) = (owners[a.index].bytes, owners[b.index].bytes)
        return first == second ? names.isLess(a, b) : first > second
      }
    let byOwner = places.map { Self.row(names.text($0).printable, owners[$0.index], nil) }
    if byKind.isEmpty { return byOwner }
    return (byOwner + byKind).sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
  }

  private static func row(_ name: String, _ sum: Sum, _ kind: SegmentKind?) -> AddressTotals.Row {
    AddressTotals.Row(
      name: name, count: sum.count, bytes: sum.bytes, pages: sum.pages, kind: kind)
  }

  /// The name in brackets behind a symbol; `kernel` for none.
  private static func module(
    of caller: ArraySlice<UInt8>, _ table: inout TextTable
  ) -> PackedTexts.Number {
    var name = Array("kernel".utf8)
    if caller.last == UInt8(ascii: "]"), let open = caller.lastIndex(of: UInt8(ascii: "[")),
      open + 2 < caller.endIndex
    {
      name = Array(caller[(open + 1)...].dropLast())
    }
    return table.number(of: name.span)
  }
}
