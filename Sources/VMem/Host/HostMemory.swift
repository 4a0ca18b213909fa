internal import CHost
internal import Glibc

/// One reservation of host address space with the emulated RAM at its start.
///
/// The reservation covers every value a `Ref` can hold plus `HostMemory.margin` bytes, so that a
/// wild reference read from RAM faults inside it instead of reaching other memory of the process.
@safe
struct HostMemory: ~Copyable {
  /// Bytes a 32-bit granule number can address: the most RAM a machine can have.
  static let reach = 64 << 30
  /// Bytes reserved past `reach`: never mapped, where bad frame numbers land.
  static let margin = 1 << 20

  /// Bytes that the process must be able to have besides.
  private static let leastRoom = 8 << 20

  let base: UnsafeMutableRawPointer
  /// Bytes reserved before the margin: `reach`, or half of it where the host has no more.
  let reserved: Int
  /// The file that the memory is a private mapping of, or nil.
  let privateFile: Int32?
  /// The file that it is a shared mapping of, while native code shares it.
  let sharing = Sharing()

  final class Sharing {
    var file: Int32?
    /// Frames that were not what the image has when the sharing began, ascending.
    var changed: [UInt32] = []
  }

  /// The file that has what this process has not written itself, or nil for none.
  var image: Int32? { sharing.file ?? privateFile }

  /// Reserves the address space and maps `size` bytes of zeroed anonymous memory at its start.
  /// Returns nil when the host refuses.
  ///
  /// With an image, the memory is a private mapping of that file instead: what is written stays in
  /// this process.
  ///
  /// Checkers such as valgrind cannot reserve as much; half of it serves machines of less RAM there,
  /// and only a wild reference past that half is not caught.
  init?(size: Int, image: Int32? = nil) {
    precondition(size > 0 && size <= Self.reach && size % 4096 == 0)
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    var reserved = Self.reach
    // Safe: a fresh reservation of our own; MAP_FIXED is used only inside it.
    var base = unsafe mmap(nil, reserved + Self.margin, PROT_NONE, flags, -1, 0)
    if unsafe base == UnsafeMutableRawPointer(bitPattern: -1), size <= Self.reach / 2 {
      reserved = Self.reach / 2
      unsafe base = mmap(nil, reserved + Self.margin, PROT_NONE, flags, -1, 0)
    }
    guard let base = unsafe base, unsafe base != UnsafeMutableRawPointer(bitPattern: -1)
    else { return nil }
    let backing = image == nil ? flags : MAP_PRIVATE | MAP_NORESERVE
    let mapped = unsafe mmap(
      base, size, PROT_READ | PROT_WRITE, backing | MAP_FIXED, image ?? -1, 0)
    let isWatched = unsafe chost_watch_range(
      base, reserved + Self.margin, image == nil ? CHOST_NO_FILE : CHOST_IMAGE, image ?? -1, size)
    // A limit of the host's is not asked for a mapping in the place of another, but for all others.
    guard unsafe mapped == base, isWatched == 0, chost_has_room(Self.leastRoom) != 0 else {
      unsafe chost_unwatch_range(base)
      unsafe munmap(base, reserved + Self.margin)
      return nil
    }
    unsafe self.base = base
    self.reserved = reserved
    privateFile = image
  }

  deinit {
    // Safe: nothing outlives the machine that owns this memory.
    unsafe chost_unwatch_range(base)
    unsafe munmap(base, reserved + Self.margin)
  }
}
