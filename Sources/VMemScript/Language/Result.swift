internal import VMem

/// What a verb answers when it is not refused.
enum Result {
  /// Success without a value, printed as 0.
  case ok
  case address(UInt64)
  case number(UInt64)
  /// Pages that a name may be bound to; their number is printed.
  case pages(Ref<PageSet>, count: UInt64)
  /// The frame of a page, printed as the name of the page.
  case page(pfn: UInt64)
  /// Two ranges of bytes differ at this offset.
  case difference(UInt64)
  /// The scratch text holds the result line.
  case line
  /// The scratch text holds a view.
  case text
  /// A view has printed its rows.
  case rows
  /// The result line is printed.
  case printed
  /// Printed nothing, and prints nothing.
  case silent
  /// An included file has stopped the run and said why.
  case stop
  /// The machine is broken; the rows that say so are printed.
  case broken
}

extension Result {
  /// Whether it needs no judgement: a success.
  @inline(__always)
  var isPlain: Bool {
    switch self {
    case .difference, .broken: false
    default: true
    }
  }

  /// What `--quiet` leaves: the text of views.
  var isView: Bool {
    switch self {
    case .text, .rows, .broken: true
    default: false
    }
  }
}
