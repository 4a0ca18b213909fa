/// Seals of memfds: promises of what will not happen to a file any more.
extension Files {
  /// Carries out `Machine.memfdSeals`.
  package func memfdSeals(_ address: UInt64) throws(Refusal) -> Seals {
    let file = try file(at: address)
    guard ram[file].isMemfd else {
      throw Refusal(.errno(.EINVAL), .notMemfd, address)
    }
    return ram[file].seals
  }

  /// Carries out `Machine.addSeals`.
  package func addSeals(_ address: UInt64, _ seals: Seals) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard Seals.known.isSuperset(of: seals) else {
      throw Refusal(.errno(.EINVAL), .noSuchSeal, UInt64(seals.rawValue))
    }
    let before = try memfdSeals(address)
    guard !before.contains(.seal) else {
      throw Refusal(.errno(.EPERM), .sealed, UInt64(before.rawValue))
    }
    if seals.contains(.write), !before.contains(.write) {
      guard ram[file].writers == 0 else {
        throw Refusal(.errno(.EBUSY), .writableMapping, UInt64(ram[file].writers))
      }
      try refusePins(file)
    }
    ram[file].seals.formUnion(seals)
  }

  /// `memfd_wait_for_pins`, without the waiting: nobody would let go meanwhile.
  private func refusePins(_ file: Ref<File>) throws(Refusal) {
    var at: UInt64 = 0
    while let (index, _) = ram[file].pages.next(from: at, ram) {
      at = index + 1
      guard let pfn = cachedPage(file, index) else { continue }
      let frame = ram[frames.frame(pfn)]
      // One reference is the file's, and each user mapping has one.
      guard frame.refcount == Int32(bitPattern: frame.mapcount &+ 1) + 1 else {
        throw Refusal(.errno(.EBUSY), .pagePinned, index)
      }
    }
  }
}
