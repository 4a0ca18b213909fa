internal import CHost
internal import VMem

/// Bytes that native code sees; nothing of it is touched in another way.
extension ModuleHost {
  func bytes(_ address: UInt64, _ count: Int) -> [UInt8]? {
    if count == 0 { return [] }
    guard count < 1 << 30, let pointer = UnsafeRawPointer(bitPattern: UInt(address)) else {
      return nil
    }
    var result = [UInt8](repeating: 0, count: count)
    // Safe: room for as many, and what is not there ends the copy.
    let copied = result.withUnsafeMutableBytes {
      chost_native_copy($0.baseAddress!, pointer, count)
    }
    return copied == count ? result : nil
  }

  /// Bytes up to a zero, at most 64 KiB of them.
  func string(_ address: UInt64, limit: Int = 1 << 16) -> [UInt8]? {
    var result: [UInt8] = []
    while result.count < limit {
      let at = address &+ UInt64(result.count)
      // To the end of the page: what follows may not be there.
      let here = min(limit - result.count, 4096 - Int(at & 4095), 256)
      guard let part = bytes(at, here) else { return nil }
      if let end = part.firstIndex(of: 0) { return result + part[..<end] }
      result += part
    }
    return result
  }

  func write(_ bytes: [UInt8], to address: UInt64) -> Bool {
    if bytes.isEmpty { return true }
    guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return false }
    // Safe: what cannot be written ends the copy.
    let copied = bytes.withUnsafeBytes {
      chost_native_copy(pointer, $0.baseAddress!, bytes.count)
    }
    return copied == bytes.count
  }

  /// The first of some bytes that cannot be written; nil if all of them can.
  func unwritable(_ address: UInt64, _ count: Int) -> UInt64? {
    var at = address
    while at &- address < UInt64(count) {
      if view.pages(at: unfolded(at), error: NativeView.writes) == nil { return at }
      at = (at | 4095) &+ 1
    }
    return nil
  }

  /// The number of the place that a call returns to.
  func callerNumber(_ address: UInt64) -> UInt32 {
    callers.number(of: address) {
      Callers.Caller(name: symbol(at: $0), module: moduleName(at: $0))
    }
  }

  /// Its symbol in RAM, as areas show it.
  func callerSymbol(_ address: UInt64, _ machine: borrowing Machine) -> Ref<Symbol> {
    let number = callerNumber(address)
    return callers.symbol(number, machine)
  }

  func moduleName(at address: UInt64) -> String {
    modules.first { $0.contains(address) }?.name ?? ""
  }
}
