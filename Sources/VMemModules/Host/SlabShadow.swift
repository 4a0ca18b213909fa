internal import Glibc
internal import VMem

/// What slabs hold where nobody may write: free objects, and the rest behind objects that are smaller than
/// their places. Compared with what is there it tells of writes that fault nowhere.
struct SlabShadow {
  /// The bytes of each slab, by its start; those of objects in use are of no meaning.
  private var slabs: [UInt64: [UInt8]] = [:]

  mutating func add(_ start: UInt64, _ bytes: [UInt8]) { slabs[start] = bytes }
  mutating func remove(_ start: UInt64) { slabs[start] = nil }

  /// Takes in what a part of a slab holds now.
  mutating func note(_ bytes: Span<UInt8>, at offset: Int, of start: UInt64) {
    guard let count = slabs[start]?.count, offset + bytes.count <= count else { return }
    // Safe: as many bytes lie behind the offset.
    slabs[start]!.withUnsafeMutableBytes { to in
      bytes.withUnsafeBytes { _ = memcpy(to.baseAddress! + offset, $0.baseAddress!, $0.count) }
    }
  }

  /// The first byte that is not as it was; nil when all are.
  func change(_ bytes: Span<UInt8>, at offset: Int, of start: UInt64) -> Int? {
    guard let known = slabs[start], offset + bytes.count <= known.count else { return nil }
    // Safe: as many bytes lie behind the offset.
    let isSame = known.withUnsafeBytes { known in
      bytes.withUnsafeBytes { memcmp(known.baseAddress! + offset, $0.baseAddress!, $0.count) == 0 }
    }
    return isSame ? nil : bytes.indices.first { known[offset + $0] != bytes[$0] }
  }
}

extension ModuleHost {
  /// Frames have become a slab.
  func watch(_ start: UInt64, _ cache: SlabHeap.Cache) {
    if cache.keepsFree { return }
    _ = view.withDirectBytes(start, 4096 << Int(cache.order)) { bytes in
      shadow.add(start, bytes.withUnsafeBytes { Array($0) })
    }
  }

  /// Nobody may write to a part of an object's place from now on.
  func watch(_ part: Range<UInt64>) {
    guard !part.isEmpty, let slab = slab.slab(at: part.lowerBound), !slab.cache.keepsFree else {
      return
    }
    _ = view.withDirectBytes(part.lowerBound, part.count) { bytes in
      shadow.note(bytes, at: Int(part.lowerBound - slab.start), of: slab.start)
    }
  }

  /// The address of the first byte of a part that somebody has written to although nobody may.
  private func written(_ part: Range<UInt64>) -> UInt64? {
    guard !part.isEmpty, let slab = slab.slab(at: part.lowerBound), !slab.cache.keepsFree else {
      return nil
    }
    let change = view.withDirectBytes(part.lowerBound, part.count) { bytes in
      shadow.change(bytes, at: Int(part.lowerBound - slab.start), of: slab.start)
    }
    return change.flatMap { $0 }.map { part.lowerBound + UInt64($0) }
  }

  /// Says who may have written to a free object.
  func checkFree(_ object: UInt64, _ cache: SlabHeap.Cache) {
    guard let at = written(object..<object + cache.stride) else { return }
    watch(object..<object + cache.stride)
    let byte = "a write to byte \(at - object) of"
    let past = ledger.wasFreed(object).map { "use after \($0.freed!.call): \(byte) \(fate($0))" }
    var sentence =
      past ?? "\(byte) the free object 0x\(hex(object, digits: 1)) of \(cache.name)"
    let before = ledger.live[object - cache.stride] ?? ledger.wasFreed(object - cache.stride)
    if at == object, let before, before.kind == .object {
      sentence += (past == nil ? ", " : ", or ") + "behind the end of \(whose(before))"
    }
    explain(sentence)
  }

  /// Says that an object that is freed was written behind its end.
  func checkRest(_ object: UInt64, _ cache: SlabHeap.Cache) {
    guard let size = slab.size(of: object), let at = written(object + size..<object + cache.stride),
      let entry = ledger.live[object]
    else { return }
    explain("a write behind the end: byte \(at - object) of \(whose(entry))")
  }

  /// The same of all objects, when a module goes.
  func checkSlabs() {
    for cache in slab.caches where !cache.keepsFree {
      for object in cache.free.sorted() { checkFree(object, cache) }
    }
  }
}
