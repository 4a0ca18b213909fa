internal import VMem

/// What `a.field` may ask of an area.
enum AreaField: CaseIterable {
  case start, end, size, pages, guardSize, flags

  var name: StaticString {
    switch self {
    case .start: "start"
    case .end: "end"
    case .size: "size"
    case .pages: "pages"
    case .guardSize: "guard"
    case .flags: "flags"
    }
  }

  var meaning: StaticString {
    switch self {
    case .start: "address of the first byte"
    case .end: "address behind the last byte, guard page excluded"
    case .size: "bytes, guard page excluded (get_vm_area_size)"
    case .pages: "pages the area owns (nr_pages)"
    case .guardSize: "bytes of the guard page: 4096, or 0 with no_guard"
    case .flags: "VM_* bits"
    }
  }

  func value(of area: VMArea) -> UInt64 {
    switch self {
    case .start: area.start
    case .end: area.start &+ area.size
    case .size: area.size
    case .pages: UInt64(area.pageCount)
    case .guardSize: area.reserved &- area.size
    case .flags: area.flags.rawValue
    }
  }
}
