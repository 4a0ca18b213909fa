internal import CHost
internal import CModule
internal import VMem

/// Which thing an address belongs to, who was given it, and who gave it back.
extension ModuleHost {
  /// Why an access failed, in a sentence.
  func explanation(_ address: UInt64, code: UInt32, _ rip: UInt64) -> String {
    let access =
      code & NativeView.fetches != 0
      ? "a call" : code & NativeView.writes != 0 ? "a write" : "a read"
    if address < 4096 {
      return "\(access) through a null pointer"
        + (address == 0 ? "" : ", of the field at byte \(address)")
    }
    if -4095 ... -1 ~= Int64(bitPattern: address) {
      return "\(access) through an error pointer, \(Int64(bitPattern: address))"
    }
    if let entry = ledger.entry(at: address) { return sentence(access, address, entry, code) }
    if let entry = ledger.area(before: address) {
      return
        "\(access) behind the end: byte \(address - entry.start - entry.size) of the guard page "
        + "of \(whose(entry))"
    }
    if let entry = ledger.area(behind: address) {
      return "\(access) \(entry.start - address) bytes before \(whose(entry))"
    }
    if let module = module(atShown: address) {
      let place = symbol(at: address &- module.shownBase &+ module.base)
      let rule = code & NativeView.fetches != 0 ? "it may not be executed" : "it is read-only"
      return "\(access) of \(place): \(rule)"
    }
    if let module = modules.last(where: { address &- $0.shownBase &- $0.size < 1 << 20 }) {
      let byte = address &- module.shownBase &- module.size
      return "\(access) behind the end: byte \(byte) after the last page of \(module.name)"
    }
    if let (entry, before, behind) = ledger.neighbour(of: address) {
      let place = before.map { "\($0) bytes before" } ?? "behind the end: byte \(behind) after"
      return "\(access) \(place) \(whose(entry))" + where_(address)
    }
    return "\(access) at an address that is nobody's" + where_(address)
  }

  /// What a number is that no processor takes as an address.
  func wildPointer(_ address: UInt64) -> String {
    let number = "0x" + hex(address, digits: 1)
    if address &- 0xcccc_cccc_cccc_cccc < 4096 {
      return "what __initdata held is used, which is gone after init: \(number) is its poison"
    }
    let poisons: [(UInt64, String)] = [
      (0xdead_0000_0000_0122, "prev"), (0xdead_0000_0000_0100, "next"),
    ]
    for (poison, field) in poisons where address &- poison < 4096 {
      let offset = address == poison ? "" : ", with an offset of \(address - poison)"
      return "an entry that was deleted from its list is used: \(number) is the poison that "
        + "list_del leaves in its \(field) pointer\(offset)"
    }
    return "\(number) is no address: a pointer that was overwritten, or never set"
  }

  private func where_(_ address: UInt64) -> String {
    if map.isVmallocAddress(address) {
      if let owner = owner(behind: address) { return ": it leads to \(owner)" }
      return chost_native_has(folded(address)) != 0
        ? ", in the vmalloc window"
        : ", or one that this program cannot show: it lies there itself, as it is not statically linked"
    }
    let record = Int64(bitPattern: address &- map.vmemmap) >> 6
    if -1 << 30..<Int64(Self.mostFrames) ~= record {
      return ", in the struct page of frame \(record), which there is not"
    }
    let frame = (address &- map.pageOffset) >> 12
    guard frame < view.configuration.memory >> 12 else { return "" }
    return what(isFrame: frame).map { ": page frame \(frame) is \($0)" } ?? ""
  }

  /// What a frame is that no module has; nil for one that a module may have.
  private func what(isFrame frame: UInt64) -> String? {
    switch place!.pointee.pageSets.use(ofFrame: frame) {
    case .free, .perCPU: "free"
    case .table: "a page table"
    case .reserved, .slab, .array: "the kernel's own"
    case .allocated: nil
    }
  }

  /// The frame behind an address of the vmalloc window that no module has.
  private func owner(behind address: UInt64) -> String? {
    guard let frame = view.frame(at: address), let what = what(isFrame: frame) else { return nil }
    return "page frame \(frame), which is \(what)"
  }

  private func sentence(
    _ access: String, _ address: UInt64, _ entry: Ledger.Entry, _ code: UInt32
  ) -> String {
    let byte = "byte \(address - entry.start)"
    if let freed = entry.freed {
      return "use after \(freed.call): \(byte) of \(fate(entry))"
    }
    if let owner = owner(behind: address) {
      return "\(access) of \(byte) of \(whose(entry)): it leads to \(owner)"
    }
    if code & 1 == 0 {
      return "\(access) of \(byte) of \(whose(entry)): nothing is mapped there"
    }
    let rule = code & NativeView.fetches != 0 ? "it may not be executed" : "it is read-only"
    return "\(access) of \(byte) of \(whose(entry)): \(rule)"
  }

  /// `the 2-page area 0xffffc90000000000, allocated by init+0x13/0xc2 [uaf] at 1`.
  func whose(_ entry: Ledger.Entry) -> String {
    "the \(entry.title) 0x\(hex(entry.start, digits: 1)), allocated by \(who(entry.given))"
  }

  /// The same, and who gave it back.
  func fate(_ entry: Ledger.Entry) -> String {
    whose(entry) + (entry.freed.map { ", freed by \(who($0))" } ?? "")
  }

  /// `f+0x13/0xc2 [mod] at 1`.
  func who(_ event: Ledger.Event) -> String {
    "\(callers[event.caller].name) at \(event.time)"
  }
}
