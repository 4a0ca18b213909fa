internal import CHost
internal import CModule
internal import Glibc

/// The code that modules call for functions of the engine, by name.
struct Thunks {
  private var start: UnsafeMutableRawPointer?
  private var size = 0
  private var addresses: [String: UInt64] = [:]
  /// Functions of C, by ascending address.
  private var natives: [(address: UInt64, name: String)] = []

  /// Writes a thunk for each function; false when the host has no memory for them.
  mutating func write(_ table: CallTable) -> Bool {
    size = (table.entries.count * 32 + 4095) & ~4095
    guard let start = chost_native_text(0, size) else { return false }
    self.start = start
    for (number, entry) in table.entries.enumerated() {
      // Safe: 32 bytes for each.
      let place = start + number * 32
      _ = chost_native_thunk(place.assumingMemoryBound(to: UInt8.self), UInt32(number))
      addresses["\(entry.name)"] = UInt64(UInt(bitPattern: place))
    }
    var index = 0
    while let name = vmem_natives_at(index).name {
      let function = vmem_natives_at(index).function
      natives.append((UInt64(UInt(bitPattern: function)), String(cString: name)))
      addresses[natives.last!.name] = natives.last!.address
      index += 1
    }
    natives.sort { $0.address < $1.address }
    return chost_native_protect(start, size, PROT_READ | PROT_EXEC) == 0
  }

  mutating func release() {
    if let start = start { chost_native_release(start, size) }
    start = nil
  }

  /// The address of a function by its kernel name.
  subscript(name: String) -> UInt64? { addresses[name] }

  /// The function that an address belongs to.
  func name(at address: UInt64) -> String? {
    if let start, address &- UInt64(UInt(bitPattern: start)) < UInt64(size) {
      return addresses.first { address &- $0.value < 32 }?.key
    }
    // Functions of C: the last one that begins there or before.
    guard let last = natives.last(where: { $0.address <= address }),
      address - last.address < Self.largestFunction
    else { return nil }
    return last.name
  }

  private static let largestFunction: UInt64 = 4096
}
