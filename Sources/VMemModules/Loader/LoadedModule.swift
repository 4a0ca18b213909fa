internal import CHost
internal import CModule
internal import Glibc
internal import VMem

/// A module in memory.
package final class LoadedModule {
  package enum State: String {
    case live = "Live"
    case coming = "Loading"
    case going = "Unloading"
    /// Its init or exit function died of an oops; its code stays where it is, as in a kernel.
    case died = "Died"
  }

  /// A parameter as the module declares it.
  struct Parameter {
    let declaration: ParameterDeclaration
    let pointer: UInt64
    let more: UInt64
    let count: Int
    let permissions: UInt32
    var text: String?
  }

  package let name: String
  let object: ObjectFile
  private lazy var lines = try? LineTable(object)
  private lazy var calls = try? InlinedCalls(object)
  /// Where its byte 0 is, for the process and as a kernel would have it.
  let base: UInt64
  let shownBase: UInt64
  package let size: UInt64
  package internal(set) var state = State.coming
  /// Whether a task of it has died of an oops.
  package internal(set) var hasOopsed = false
  /// What the last of them has died of.
  package internal(set) var fault = ""
  var records: [Record] = []
  var parameters: [Parameter] = []
  package internal(set) var information: [(tag: String, text: String)] = []
  var exports: [String: UInt64] = [:]
  /// Modules whose functions it uses.
  var uses: [LoadedModule] = []
  package internal(set) var users: [String] = []
  var structure: UInt64 = 0
  /// Per-CPU objects: where the originals stand, and the address of the copies for CPU 0.
  var percpu: (original: Range<UInt64>, chunk: UInt64)?
  var initRange: Range<UInt64> = 0..<0

  init(_ name: String, _ object: ObjectFile, base: UInt64, shownBase: UInt64) {
    self.name = name
    self.object = object
    self.base = base
    self.shownBase = shownBase
    size = (object.end + 4095) & ~4095
  }

  func contains(_ address: UInt64) -> Bool { address &- base < size }
  /// Whether a kernel never unloads it: it has an init function, and no exit function.
  var isPermanent: Bool {
    hasFunction(VMEM_INIT, "init_module") && !hasFunction(VMEM_EXIT, "cleanup_module")
  }

  private func hasFunction(_ kind: vmem_record_kind, _ name: String) -> Bool {
    pointer(kind) != nil || object.symbols.symbol(named: Array(name.utf8)) != nil
  }

  /// Whether an address is code that was freed when init had returned.
  func isPastInit(rip address: UInt64) -> Bool { state != .coming && initRange.contains(address) }

  func pointer(_ kind: vmem_record_kind) -> UInt64? {
    records.first { $0.kind == kind.rawValue }?.pointer
  }

  /// `f+0x13/0xc2 [mod]`.
  func symbol(at address: UInt64) -> String {
    // A call that never returns may stand at the end of its function.
    let text =
      object.symbols.text(at: address &- base) ?? object.symbols.text(at: address &- base &- 1)
    let place = text.map { String(decoding: $0, as: UTF8.self) }
    return "\(place ?? "0x" + String(address &- base, radix: 16)) [\(name)]"
  }

  /// `file.c:31`, of the module's own source: for what is expanded from the headers, the line that calls it.
  func line(at address: UInt64) -> String? {
    let address = address &- base
    return callersPlace(address).map { String(decoding: $0.text, as: UTF8.self) }
  }

  private func callersPlace(_ address: UInt64) -> SourceLine? {
    let place = lines?.line(at: address)
    if let place, !BuildFolder.isHeader(place.file) { return place }
    for call in calls?.calls(at: address) ?? [] {
      if let place = lines?.place(of: call), !BuildFolder.isHeader(place.file) { return place }
    }
    let start = object.symbols.symbol(at: address)?.value ?? address
    return lines?.line(at: address, from: start, passingOver: BuildFolder.isHeader)
  }

  /// The addresses of a section.
  func section(_ name: String) -> Range<UInt64>? {
    object.loadedSection(name).map { base + $0.lowerBound..<base + $0.upperBound }
  }

  func release() {
    chost_native_release(UnsafeMutableRawPointer(bitPattern: UInt(base))!, Int(size))
  }
}

/// One of the records that the headers' macros leave in an object.
struct Record {
  static let stride = MemoryLayout<vmem_record>.stride
  let kind: UInt32
  let type: UInt32
  let name: UInt64
  let pointer: UInt64
  let text: UInt64
  let more: UInt64
  let count: UInt32
  let permissions: UInt32

  init(_ bytes: ArraySlice<UInt8>) {
    func word(_ offset: Int, _ size: Int = 8) -> UInt64 {
      let first = bytes.startIndex + offset
      return UInt64(littleEndian: bytes[first..<first + size])
    }
    (kind, type) = (UInt32(word(0, 4)), UInt32(word(4, 4)))
    (name, pointer, text, more) = (word(8), word(16), word(24), word(32))
    (count, permissions) = (UInt32(word(40, 4)), UInt32(word(44, 4)))
  }
}
