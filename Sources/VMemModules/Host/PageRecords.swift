internal import CHost
internal import Glibc
internal import VMem

/// Struct pages as modules see them: records of their own, which modules may write to. What the engine
/// knows of a frame stays where no module comes; of it, a record has flags and counts.
struct PageRecords {
  /// Whose byte n is byte n of the struct pages.
  let file: Int32
  /// The same bytes, and behind them which life of its frame each record is of.
  private let records: UnsafeMutableRawPointer
  private let lives: UnsafeMutablePointer<UInt32>
  private let size: Int
  private let frames: UInt64
  /// Pages of records that a module has looked at.
  private var seen: Set<UInt64> = []

  private static let stride = 64
  /// The bytes of a record that are a module's: `lru`, `mapping`, `index` and `private`.
  private static let own = 8..<48

  /// Returns nil when the host gives no memory.
  init?(frames: UInt64) {
    self.frames = frames
    let first = (Int(frames) * Self.stride + 4095) & ~4095
    size = first + Int(frames) * 4
    file = chost_open_memory()
    guard file >= 0 else { return nil }
    // Safe: nobody has this range, and the file is as long.
    guard ftruncate(file, size) == 0,
      let found = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0),
      found != MAP_FAILED
    else {
      Glibc.close(file)
      return nil
    }
    records = found
    lives = (found + first).bindMemory(to: UInt32.self, capacity: Int(frames))
  }

  func close() {
    munmap(records, size)
    Glibc.close(file)
  }

  /// A module looks at the records in a page of them.
  mutating func show(page: UInt64, _ view: NativeView) {
    seen.insert(page)
    let first = page << 6
    renew(first..<min(first + 64, frames), view)
  }

  /// Brings records up to date that a module may have looked at. What it has written stays, as long as
  /// nobody frees the frame.
  func renew(_ changed: Range<UInt64>, _ view: NativeView) {
    if seen.isEmpty { return }
    for pfn in changed where seen.contains(pfn >> 6) {
      guard let frame = view.pageSets.structPage(pfn) else { return }
      let record = records + Int(pfn) * Self.stride
      let life = frame.life
      if lives[Int(pfn)] != life {
        lives[Int(pfn)] = life
        memset(record + Self.own.lowerBound, 0, Self.own.count)
      }
      record.storeBytes(of: frame.flags, as: UInt64.self)
      record.storeBytes(of: frame.mapcount, toByteOffset: 48, as: UInt32.self)
      record.storeBytes(of: frame.refcount, toByteOffset: 52, as: Int32.self)
    }
  }
}

extension ModuleHost {
  /// Frames have been given out or taken back: nothing is left of what somebody knew of them.
  func resetRecords(_ frames: Range<UInt64>) {
    pageRecords.renew(frames, view)
    if pageFlags.isEmpty { return }
    for pfn in frames { pageFlags[structPage(pfn)] = nil }
  }
}
