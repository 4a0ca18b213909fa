/// A buffer that udmabuf has made of pages of memfds: the kernel's `dma_buf` and `udmabuf` in one.
package struct DmaBuf: Listed, Sendable {
  static var cache: Int { 15 }

  package internal(set) var pageCount: UInt32 = 0
  /// User mappings, and the open descriptor.
  package internal(set) var references: UInt32 = 1
  /// Frame of each page. Each has a reference for each time it stands here.
  var pages = SparseArray()
  /// Where it is mapped into the kernel, and how often that was asked for.
  package internal(set) var address: UInt64 = 0
  package internal(set) var mapCount: UInt32 = 0
  /// Inode number: how many buffers there were before, plus one.
  package internal(set) var number: UInt32 = 0
  var next = Ref<DmaBuf>.none
  var previous = Ref<DmaBuf>.none
  private var table: UInt8 = 0
  private var cloexec: UInt8 = 0
  private var open: UInt8 = 1
  private var unused: UInt8 = 0
  private var unusedToo: UInt32 = 0

  /// Whether begin_cpu_access has made its table.
  package internal(set) var hasTable: Bool {
    get { table != 0 }
    set { table = newValue ? 1 : 0 }
  }

  /// `UDMABUF_FLAGS_CLOEXEC`.
  package internal(set) var closesOnExec: Bool {
    get { cloexec != 0 }
    set { cloexec = newValue ? 1 : 0 }
  }

  /// Whether its descriptor is open; a buffer that is only mapped has none.
  package internal(set) var isOpen: Bool {
    get { open != 0 }
    set { open = newValue ? 1 : 0 }
  }

  /// Whether the record says what there is.
  var isKnown: Bool { table <= 1 && cloexec <= 1 && open <= 1 && unused == 0 && unusedToo == 0 }
}

/// One range of a memfd that goes into a buffer: bytes.
public struct UdmabufItem: Sendable {
  /// Address of the file, or what was given instead.
  package var memfd: UInt64
  public var offset: UInt64
  public var size: UInt64

  public init(memfd: VirtualAddress, offset: UInt64, size: UInt64) {
    self.init(memfd: memfd.bits, offset: offset, size: size)
  }

  package init(memfd: UInt64, offset: UInt64, size: UInt64) {
    self.memfd = memfd
    self.offset = offset
    self.size = size
  }
}

/// Parameters of the module, kept as what differs from 1,024 items and 64 MiB.
struct UdmabufLimits: BitwiseCopyable {
  var listOffset: UInt32 = 0
  var sizeOffset: UInt32 = 0

  /// Items a list may have (`list_limit`); compared without a sign.
  var list: UInt32 {
    get { listOffset &+ 1024 }
    set { listOffset = newValue &- 1024 }
  }
  /// Size of a buffer in MiB (`size_limit_mb`).
  var sizeMB: UInt32 {
    get { sizeOffset &+ 64 }
    set { sizeOffset = newValue &- 64 }
  }
}
