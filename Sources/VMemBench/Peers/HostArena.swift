internal import CPeer
internal import Glibc

/// Memory of the host whose pages are made when they are first touched: a bpf arena, or a memfd where
/// the kernel gives no arena. Each has its pages once: a round takes a new one.
struct HostArena: ~Copyable {
  private let pages: Int
  private let mapping: HostMapping

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
    do throws(BenchmarkFailure) {
      _ = try HostMapping(size: pages << 12, flags: MAP_SHARED, file: file)
      return .arena
    } catch {
      return .memory(errno: errno)
    }
  }

  init(_ kind: Kind, pages: Int) throws(BenchmarkFailure) {
    self.pages = pages
    let file =
      switch kind {
      case .arena: cpeer_arena(UInt32(pages))
      case .memory: cpeer_memory_file(pages << 12)
      }
    defer { close(file) }
    mapping = try HostMapping(size: pages << 12, flags: MAP_SHARED, file: file)
  }

  /// Nanoseconds of a store to every page.
  func touch() -> UInt64 {
    // Safe: the mapping has so many pages; so below.
    Timings.duration_ns { unsafe cpeer_touch(mapping.base, pages) }
  }

  /// Nanoseconds of having every page made, `batch` of them a call.
  func populate(_ batch: Int) -> UInt64 {
    Timings.duration_ns { unsafe cpeer_populate(mapping.base, pages, batch) }
  }

  /// Sum of the first and last words of the pages.
  var sum: UInt64 { unsafe cpeer_sum(mapping.base, pages) }
}
