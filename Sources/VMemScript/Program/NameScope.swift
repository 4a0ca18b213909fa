internal import VMem

/// What a name is wanted for.
enum NameUse: UInt8 {
  case any
  case area
  case number
  case pages
  /// One of the outcomes of `expect`.
  case outcome
}

/// What a name stands for.
enum NameMeaning {
  /// Nothing: what was to be made was not.
  case nothing
  case number(UInt64)
  case address(UInt64)
  /// Pages, and the address of the first in the direct map.
  case pages(Ref<PageSet>, UInt64)
  /// What is known only when the line runs.
  case later(NameUse)
  /// No line of a script has bound it: the machine must know it.
  case unbound
}

/// A name that no line has bound.
struct UnboundName {
  let word: Text
  let use: NameUse
  let token: Token
}

/// Where names get their meaning: a machine, or a script that does not run yet.
protocol NameScope: ~Copyable {
  /// Whether values are known; a script that does not run yet knows only how words are written.
  static var knowsValues: Bool { get }

  borrowing func meaning(of word: Text) -> NameMeaning
  /// Frame number of page `index` of a set, if it has one.
  borrowing func pfn(_ index: UInt64, of set: Ref<PageSet>) -> UInt64?
  borrowing func pageCount(of set: Ref<PageSet>) -> UInt64
  /// Where the window of modules begins.
  var modulesStart: UInt64 { get }
  /// Frames of the machine's RAM.
  var frameCount: UInt32 { get }
  /// A field of the area that starts at an address, if one lives there.
  borrowing func value(of field: AreaField, at address: UInt64) -> UInt64?
  borrowing func value(of counter: Counter) -> UInt64
  /// Address of a frame in the direct map.
  borrowing func directAddress(_ pfn: UInt64) -> UInt64
}

extension Machine: NameScope {
  static var knowsValues: Bool { true }

  @inline(__always)
  func meaning(of word: Text) -> NameMeaning {
    guard let reference = word.withSpan({ names.lookUp($0) }) else { return .nothing }
    let entry = names.name(reference)
    let kind = NameKind(rawValue: entry.kind)
    // Damage must not look like a mistake in the script.
    precondition(
      kind == .pages || entry.pages.isNone, "a name that stands for no pages has some")
    switch kind {
    case .number: return .number(entry.value)
    case .pages: return .pages(entry.pages, entry.value)
    // An address of 0 is what a failed call leaves; a name for NULL is a number.
    case .address where entry.value != 0: return .address(entry.value)
    default: return .nothing
    }
  }

  var frameCount: UInt32 { ram.frameCount }

  func pfn(_ index: UInt64, of set: Ref<PageSet>) -> UInt64? {
    pageSets.page(index, of: set).map { UInt64($0) }
  }

  func pageCount(of set: Ref<PageSet>) -> UInt64 { UInt64(pageSets.pageSet(set).count) }

  var modulesStart: UInt64 { map.modulesStart }

  func value(of field: AreaField, at address: UInt64) -> UInt64? {
    guard let area = vmAreas.findVMArea(address), area.start == address else { return nil }
    return field.value(of: area)
  }

  func value(of counter: Counter) -> UInt64 { counter.value(self, counters) }

  func directAddress(_ pfn: UInt64) -> UInt64 { map.pageOffset &+ pfn << 12 }
}
