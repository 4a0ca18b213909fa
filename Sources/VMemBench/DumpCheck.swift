internal import Glibc
internal import VMem

/// Whether a dump has all of a machine's RAM in it, and nothing but holes elsewhere.
struct DumpCheck {
  let path: String
  /// Areas, of each of which the kernel keeps half a kilobyte at most behind RAM.
  var areas = 0

  func run(_ machine: borrowing Machine) throws(BenchmarkFailure) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .host(path, errno: errno) }
    defer { close(descriptor) }
    let segments = loads(descriptor)
    let frames = machine.usedFrames()
    var used: UInt64 = 0
    var missing: UInt64?
    // Not in device space: what the emulator keeps there is no memory of the machine.
    for range in machine.ramRanges {
      frames.forEachRun(in: range.lowerBound >> 12..<range.upperBound >> 12) { run in
        used += UInt64(run.count) << 12
        if !compare(machine, run, descriptor, segments) { missing = missing ?? run.lowerBound }
      }
    }
    if let missing {
      throw .wrong("the dump is not what memory holds from frame \(missing) on")
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .host(path, errno: errno) }
    // Struct pages are RAM as well and so stand twice in the file; what the kernel keeps behind RAM
    // comes to it, page tables for its struct pages above all.
    let limit = Int(used + used / 2 + 2 << 20 + UInt64(machine.ram.frameCount) / 4) + areas * 512
    guard status.st_blocks * 512 <= limit else {
      throw .wrong(
        "the dump takes \(status.st_blocks * 512) bytes of the disk, more than \(limit)")
    }
  }

  private struct Load {
    var offset: UInt64
    var address: UInt64
    var size: UInt64
  }

  private func loads(_ descriptor: Int32) -> [Load] {
    let count = word(descriptor, 56) & 0xffff
    return (1..<max(1, count)).map { index in
      let at = 64 + 56 * index
      return Load(
        offset: word(descriptor, at + 8), address: word(descriptor, at + 16),
        size: word(descriptor, at + 32))
    }
  }

  private func word(_ descriptor: Int32, _ offset: UInt64) -> UInt64 {
    var value: UInt64 = 0
    // Safe: the call fills the eight bytes it is given.
    _ = unsafe withUnsafeMutableBytes(of: &value) {
      unsafe pread(descriptor, $0.baseAddress, 8, Int(offset))
    }
    return value
  }

  private func compare(
    _ machine: borrowing Machine, _ run: Range<UInt64>, _ descriptor: Int32, _ loads: [Load]
  ) -> Bool {
    let address = machine.map.pageOffset + run.lowerBound << 12
    guard let load = loads.first(where: { $0.address <= address && address - $0.address < $0.size })
    else { return false }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var isEqual = true
    unsafe machine.ram.withFrames(run) { bytes in
      var at = 0
      while at < bytes.count, isEqual {
        let count = min(buffer.count, bytes.count - at)
        // Safe: both hold `count` bytes from there on.
        isEqual = unsafe buffer.withUnsafeMutableBytes { buffer in
          unsafe pread(
            descriptor, buffer.baseAddress, count, Int(load.offset + address - load.address) + at)
            == count && memcmp(buffer.baseAddress!, bytes.baseAddress! + at, count) == 0
        }
        at += count
      }
    }
    return isEqual
  }
}
