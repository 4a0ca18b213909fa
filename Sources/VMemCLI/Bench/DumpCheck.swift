internal import Glibc
internal import VMem
internal import VMemViews

/// Whether a dump has all of a machine's memory in it, and nothing but holes elsewhere.
struct DumpCheck {
  let path: String

  func run(_ machine: borrowing Machine) throws(ProcessFailure) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let segments = loads(descriptor)
    let size = machine.configuration.memory
    var used: UInt64 = 0
    var isEqual = true
    machine.usedFrames().forEachRun(in: 0..<size >> 12) { run in
      used += UInt64(run.count) << 12
      isEqual = isEqual && compare(machine, run, descriptor, segments)
    }
    var status = stat()
    // Struct pages are RAM as well and so stand twice in the file.
    let limit = used + used / 2 + 1 << 20
    guard isEqual, unsafe fstat(descriptor, &status) == 0, status.st_blocks * 512 <= limit else {
      throw ProcessFailure(
        message: "the dump is not what memory holds", exitCode: EX_SOFTWARE)
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
