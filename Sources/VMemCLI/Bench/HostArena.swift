internal import CPeer
internal import Glibc

/// Memory of the host whose pages are made when they are first touched: a bpf arena, or a memfd where
/// the kernel gives no arena. Each has its pages once: a round takes a new one.
@safe
struct HostArena: ~Copyable {
  private let pages: Int
  private let place: UnsafeMutableRawPointer

  enum Kind {
    case arena
    /// What bpf(2) has answered, or 0 when it was not asked.
    case memory(errno: Int32)
  }

  /// What this process may have.
  static func kind(pages: Int, wantsMemory: Bool) -> Kind {
    if wantsMemory { return .memory(errno: 0) }
    let file = cpeer_arena(UInt32(pages))
    guard file >= 0 else { return .memory(errno: errno) }
    defer { close(file) }
    return (try? HostArena(pages, file)) == nil ? .memory(errno: errno) : .arena
  }

  init(_ kind: Kind, pages: Int) throws(ProcessFailure) {
    let file =
      switch kind {
      case .arena: cpeer_arena(UInt32(pages))
      case .memory: cpeer_memory_file(pages << 12)
      }
    defer { close(file) }
    try self.init(pages, file)
  }

  private init(_ pages: Int, _ file: Int32) throws(ProcessFailure) {
    self.pages = pages
    // Safe: a mapping of our own.
    let place = unsafe mmap(nil, pages << 12, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    guard let place = unsafe place, unsafe place != UnsafeMutableRawPointer(bitPattern: -1) else {
      throw ProcessFailure(
        message: "the host's memory: \(Streams.text(ofErrno: errno))", exitCode: EX_IOERR)
    }
    unsafe self.place = place
  }

  /// Nanoseconds of a store to every page.
  func touch() -> UInt64 {
    let start_ns = Timings.now_ns()
    // Safe: the mapping has so many pages; so below.
    unsafe cpeer_touch(place, pages)
    return Timings.now_ns() - start_ns
  }

  /// Nanoseconds of having every page made, `batch` of them a call.
  func populate(_ batch: Int) -> UInt64 {
    let start_ns = Timings.now_ns()
    unsafe cpeer_populate(place, pages, batch)
    return Timings.now_ns() - start_ns
  }

  /// Sum of the first and last words of the pages.
  var sum: UInt64 { unsafe cpeer_sum(place, pages) }

  deinit {
    // Safe: nobody else has it.
    unsafe munmap(place, pages << 12)
  }
}
