/// Where kmap and kmap_local put pages that the direct map does not have, and how many.
///
/// PKMAP is one window for all tasks, the slots of kmap_local are part of the fixmap, some for each
/// CPU.
public struct KmapWindow: Equatable, Sendable {
  /// Whose geometry a machine has.
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// Neither window: every page is in the direct map.
    case none = 0
    /// Of this emulator: PKMAP above the fixmap, the slots of kmap_local below it.
    case x86_64
    /// 32-bit x86 with and without PAE, at addresses with the same lower 32 bits.
    case i386PAE
    case i386

    /// The word that `boot --window` takes.
    package var name: StaticString {
      switch self {
      case .none: "none"
      case .x86_64: "x86-64"
      case .i386PAE: "i386-pae"
      case .i386: "i386"
      }
    }

    /// Slots of PKMAP that the kernel of that name has (`LAST_PKMAP`).
    package var slots: Int { self == .i386 ? 1024 : 512 }
  }

  package static let slotRange = 2...1024

  package let kind: Kind
  /// Slots of PKMAP: a power of two.
  package let slots: Int

  package init(kind: Kind, slots: Int) {
    self.kind = kind
    self.slots = slots
  }

  static func isSlotCount(_ slots: Int) -> Bool {
    slotRange.contains(slots) && slots.nonzeroBitCount == 1
  }

  // MARK: PKMAP

  /// `PKMAP_BASE`
  package var base: UInt64 {
    switch kind {
    case .none, .x86_64: 0xffff_ffff_ff80_0000
    case .i386PAE: 0xffff_ffff_ff60_0000
    case .i386: 0xffff_ffff_ff40_0000
    }
  }
  package var end: UInt64 { base + UInt64(slots) << 12 }

  /// `PKMAP_ADDR`
  func address(_ slot: Int) -> UInt64 { base + UInt64(slot) << 12 }

  /// The slot that an address lies in; nil outside the window.
  func slot(_ address: UInt64) -> Int? {
    let slot = (address &- base) >> 12
    return slot < UInt64(slots) ? Int(slot) : nil
  }

  // MARK: kmap_local

  /// Address of the first slot of CPU 0 (`FIX_KMAP_BEGIN`); all others lie below it.
  package var localTop: UInt64 {
    kind == .i386 || kind == .i386PAE ? 0xffff_ffff_fffb_b000 : 0xffff_ffff_ff57_b000
  }

  /// What the slots must not reach down to: PKMAP, or the modules.
  private var localFloor: UInt64 {
    kind == .i386 || kind == .i386PAE ? 0xffff_ffff_ff80_0000 : AddressMap.modulesEnd
  }

  /// CPUs that there is room for with so many slots each.
  func mostCPUs(_ slotsPerCPU: Int) -> Int {
    Int((localTop + 4096 - localFloor) >> 12) / slotsPerCPU
  }

  /// Where the fixmap begins when so many slots are the last of it. 32-bit x86 has two more below.
  package func fixmapStart(_ slots: Int) -> UInt64 {
    let lowest = localTop - UInt64(slots - 1) << 12
    return kind == .x86_64 ? lowest : lowest - 8192
  }

  func localAddress(_ number: Int) -> UInt64 {
    // An empty stack's last slot would be above the first.
    localTop &- UInt64(bitPattern: Int64(number)) << 12
  }

  /// The slot that an address lies in, counted from the top; nil where there is none of so many.
  func localNumber(_ address: UInt64, _ slots: Int) -> Int? {
    let number = (localTop &- (address & ~4095)) >> 12
    return number < UInt64(slots) ? Int(number) : nil
  }

  /// From here on upwards translations are looked at one by one: all windows lie there.
  @usableFromInline static let floor: UInt64 = 0xffff_ffff_ff00_0000
}
