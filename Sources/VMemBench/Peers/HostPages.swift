internal import CPeer
internal import Glibc
internal import VMemScript

/// Pages of a host file and a window to map them in, one mmap call each.
struct HostPages: ~Copyable {
  private let count: Int
  private let file: Int32
  private let window: HostMapping

  private static let reserved = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE

  init(count: Int) throws(BenchmarkFailure) {
    self.count = count
    file = cpeer_memory_file(count << 12)
    guard file >= 0 else { throw .host("memfd_create", errno: errno) }
    window = try HostMapping(size: count << 12, protection: PROT_NONE, flags: Self.reserved)
  }

  /// Nanoseconds of mapping every page and taking all away again.
  func mapEach() throws(BenchmarkFailure) -> UInt64 {
    let start_ns = HostClock.now_ns
    for page in 0..<count {
      // Safe: inside the reservation.
      let place = unsafe mmap(
        window.base + page << 12, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
        page << 12)
      guard unsafe place == window.base + page << 12 else { throw .host("mmap", errno: errno) }
    }
    unsafe mmap(window.base, count << 12, PROT_NONE, Self.reserved | MAP_FIXED, -1, 0)
    return HostClock.now_ns - start_ns
  }

  deinit { close(file) }
}
