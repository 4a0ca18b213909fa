/// The calls of `Files`.
extension Machine {
  /// Reads up to `count` bytes and hands them out in order; fewer at the end of the file. The
  /// corresponding kernel function is `vfs_read`.
  ///
  /// Refuses with -EBADF, with -EINVAL for an offset above 2^63-1, with -EIO when the host's file cannot
  /// be read, and with -ENOMEM; then nothing is handed out. Holes of memfds are read without memory.
  public func pread(
    _ address: VirtualAddress, offset: UInt64, count: UInt64, _ body: (Span<UInt8>) -> Void
  ) throws(Refusal) {
    try files.pread(address.bits, offset: offset, count: count, body)
  }

  /// Writes bytes, and makes the file longer where it is too short. Returns how many were written. The
  /// corresponding kernel function is `vfs_write`.
  ///
  /// Refuses with -EBADF, -EFBIG behind 2^63-1, -EPERM for a seal, -EINVAL for huge pages, -EIO, -ENOMEM;
  /// pages before the one that failed are written.
  public func pwrite(_ address: VirtualAddress, offset: UInt64, _ bytes: Span<UInt8>)
    throws(Refusal) -> UInt64
  {
    try files.pwrite(address.bits, offset: offset, bytes)
  }

  /// Makes a file this long. Pages behind the new end go from the file, and from users' mappings; what
  /// kernel mappings show stays. The corresponding kernel function is `do_ftruncate`.
  ///
  /// Refuses with -EBADF, -EINVAL above 2^63-1 or for a part of a huge page, -EPERM for a seal.
  public func ftruncate(_ address: VirtualAddress, size: UInt64) throws(Refusal) {
    try files.ftruncate(address.bits, size: size)
  }

  /// Gives a range of a file memory, zeroed. The corresponding kernel function is `vfs_fallocate`.
  ///
  /// Refuses with -EBADF; with -EINVAL for an empty range, one that wraps, or parts of huge pages; with
  /// -EOPNOTSUPP for files of the host; with -EFBIG; with -EPERM for a seal; with -ENOSPC for huge pages
  /// that there is no memory for, of which those made before stay, and with -ENOMEM for others, which
  /// are taken back.
  public func fallocate(_ address: VirtualAddress, start: UInt64, end: UInt64, punchesHole: Bool)
    throws(Refusal)
  {
    try files.fallocate(address.bits, start: start, end: end, punchesHole: punchesHole)
  }

  /// Reads pages of a range in, as far as the file goes. The corresponding kernel function is
  /// `force_page_cache_readahead`; other than a kernel it says what went wrong.
  public func readAhead(_ address: VirtualAddress, start: UInt64, end: UInt64) throws(Refusal) {
    try files.readAhead(address.bits, start: start, end: end)
  }

  /// Takes clean folios that nobody else uses out of memory, as reclaim does, and leaves shadow entries
  /// in their place. Kernel mappings do not count as users. Returns the pages that went. The
  /// corresponding kernel function is `shrink_folio_list`.
  ///
  /// Only files of the host can be read in again: the others keep their folios (there is no swap).
  public func shrinkFolios(_ address: VirtualAddress, start: UInt64, end: UInt64) throws(Refusal)
    -> UInt64
  {
    try files.shrinkFolios(address.bits, start: start, end: end)
  }

  /// Writes dirty pages to the host's file, and the size if it was changed here. Returns the pages
  /// written. The corresponding kernel function is `vfs_fsync`.
  ///
  /// Refuses with -EBADF, and -EIO when the host refuses; pages that are not written stay dirty.
  public func fsync(_ address: VirtualAddress) throws(Refusal) -> UInt64 {
    try files.fsync(address.bits)
  }

  /// Maps a file or a dma-buf and returns where. The corresponding kernel functions are `do_mmap`,
  /// `shmem_mmap`, `hugetlbfs_file_mmap` and `dma_buf_mmap_internal`.
  ///
  /// - Parameters:
  ///   - mm: address of the address space.
  ///   - object: address of the file or of the buffer.
  ///   - offset: bytes.
  ///   - request: length, place and rights of the mapping.
  ///
  /// Refuses as `mmap`; with -EBADF where no file is; with -EINVAL for an offset inside a page, parts of
  /// huge pages, more than a buffer has, and private mappings of buffers; with -EPERM for a shared
  /// mapping that may write a file sealed against it.
  public func mmapFile(
    _ mm: VirtualAddress, file object: VirtualAddress, offset: UInt64, _ request: MmapRequest
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(files.mmapFile(mm.bits, object.bits, offset: offset, request))
  }

  /// Opens a regular file of the host for reading and writing in memory: nothing is written to the
  /// host before `fsync`. One that is open or mapped already is the same file, with one more descriptor.
  /// The corresponding kernel function is `do_filp_open`.
  ///
  /// - Parameters:
  ///   - typed: the path as the process finds it; without zeroes, less than 4096 bytes. The absolute path that it
  ///     leads to is kept.
  ///   - order: largest folio, 2^order pages.
  ///   - window: pages that are read in together, a power of two.
  ///
  /// Refuses with the host's -ENOENT or -EACCES, -EISDIR, -EINVAL for what is no regular file, an order
  /// or a window that is none, -EMFILE for more than 65,535 descriptors of a file, and -ENOMEM.
  public func openFile(path typed: Span<UInt8>, order: UInt64? = nil, window: UInt64? = nil)
    throws(Refusal) -> VirtualAddress
  {
    try VirtualAddress(files.openFile(path: typed, order: order, window: window))
  }

  /// Makes a file of `size` bytes of zeroes in memory, as ramfs has them.
  ///
  /// Refuses with -EINVAL for an order above 9, -EFBIG above 2^63-1 bytes, -ENOMEM.
  public func makeFile(size: UInt64, order: UInt64 = 0) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(files.makeFile(size: size, order: order))
  }

  /// Makes a memfd. The corresponding kernel function is `memfd_create`.
  ///
  /// - Parameters:
  ///   - allowsSealing: `MFD_ALLOW_SEALING`; otherwise it is born with F_SEAL_SEAL.
  ///   - isHuge: `MFD_HUGETLB`, of pages of 2 MiB.
  ///   - isOptimized: whether the struct pages of its huge pages are given up (HVO).
  ///   - order: largest folio, 2^order pages.
  public func createMemfd(
    allowsSealing: Bool, isHuge: Bool = false, isOptimized: Bool = false, order: UInt64 = 0
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      files.createMemfd(
        allowsSealing: allowsSealing, isHuge: isHuge, isOptimized: isOptimized, order: order))
  }

  /// Closes a descriptor. The file goes with its last user: open descriptor or mapping. Pages that
  /// somebody has pinned stay. The corresponding kernel function is `close`.
  public func closeFile(_ address: VirtualAddress) throws(Refusal) {
    try files.closeFile(address.bits)
  }

  /// The path of the host's file that a file is, by its address; nil for every other address.
  public func hostPath(of address: VirtualAddress) -> [UInt8]? {
    files.hostPath(of: address.bits)
  }

  /// The seals of a file (`F_GET_SEALS`). The corresponding kernel function is `memfd_get_seals`.
  ///
  /// Refuses with -EBADF, and with -EINVAL for files that have none.
  public func memfdSeals(_ address: VirtualAddress) throws(Refusal) -> Seals {
    try files.memfdSeals(address.bits)
  }

  /// Adds seals (`F_ADD_SEALS`). The corresponding kernel function is `memfd_add_seals`.
  ///
  /// Refuses with -EBADF; with -EINVAL for bits that are no seals and files that have none; with -EPERM
  /// after F_SEAL_SEAL; and F_SEAL_WRITE with -EBUSY while somebody may write: a shared mapping, or
  /// whoever has pinned a page.
  public func addSeals(_ address: VirtualAddress, _ seals: Seals) throws(Refusal) {
    try files.addSeals(address.bits, seals)
  }

  /// `/sys/module/udmabuf/parameters`: most items of a list, and most MiB of a buffer. -1 is no limit.
  public var udmabufLimits: (list: UInt32, sizeMB: UInt32) {
    get { files.udmabufLimits }
    nonmutating set { files.udmabufLimits = newValue }
  }

  /// Makes a buffer of one range (`UDMABUF_CREATE`); the number of items has no limit then. The
  /// corresponding kernel function is `udmabuf_create`.
  public func createUdmabuf(_ item: UdmabufItem, closesOnExec: Bool = false) throws(Refusal)
    -> VirtualAddress
  {
    try VirtualAddress(files.createUdmabuf(item, closesOnExec: closesOnExec))
  }

  /// Makes a buffer of ranges of memfds, one after the other, which may overlap and repeat
  /// (`UDMABUF_CREATE_LIST`).
  ///
  /// Refuses with -EINVAL for more items than the limit; for an offset or a size that is not of whole
  /// pages, for more bytes than the limit and for none at all, whatever else the items say; then item
  /// by item with -EBADFD for what is no memfd, -EINVAL without F_SEAL_SHRINK or with a seal against
  /// writing, -EINVAL (in 6.1 -EFBIG from 2^63 on) for pages behind the file's end, -ENOMEM. Pages that
  /// were missing in a memfd are there afterwards, also when a later item is refused; huge pages that
  /// were never touched are refused by kernels before 6.12.
  public func createUdmabuf(list items: [UdmabufItem], closesOnExec: Bool = false) throws(Refusal)
    -> VirtualAddress
  {
    try VirtualAddress(files.createUdmabuf(list: items, closesOnExec: closesOnExec))
  }

  /// Closes the descriptor of a buffer. Its pages are let go with its last user; while it is mapped
  /// into the kernel that is a BUG. The corresponding kernel function is `dma_buf_release`.
  public func closeBuffer(_ address: VirtualAddress) throws(Refusal) {
    try files.closeBuffer(address.bits)
  }

  /// Maps a buffer into one range of kernel addresses; asked again, it counts. The corresponding kernel
  /// function is `dma_buf_vmap`.
  ///
  /// By version: 6.1 has no such function and answers -EINVAL; 6.12 maps the first page of each folio
  /// for all of its pages; with `udmabuf_vmap_pfn` it is `vmap_pfn`, which refuses RAM; all others map
  /// the pages. Refuses with -EINVAL, and -ENOMEM where those refuse.
  public func mapBuffer(_ address: VirtualAddress) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(files.mapBuffer(address.bits))
  }

  /// Takes one of the askings back, and with the last one the mapping. The corresponding kernel
  /// function is `dma_buf_vunmap`. Refuses with -EINVAL where there is no buffer; one that is not mapped
  /// is a BUG.
  public func unmapBuffer(_ address: VirtualAddress) throws(Refusal) {
    try files.unmapBuffer(address.bits)
  }

  /// `DMA_BUF_IOCTL_SYNC`: the CPU begins, or ends, to use a buffer.
  ///
  /// - Parameters:
  ///   - address: address of the buffer.
  ///   - flags: 1 read, 2 write, 4 end.
  ///
  /// Refuses with -EINVAL for other bits, for neither reading nor writing, and for an end before any
  /// beginning.
  public func syncBuffer(_ address: VirtualAddress, flags: UInt64) throws(Refusal) {
    try files.syncBuffer(address.bits, flags: flags)
  }

  /// Maps the pages of a file that hold bytes [start, end), and returns the page-aligned address of
  /// the first. Folios may begin before the range and end behind it. No reference is taken and nothing
  /// is read in: all pages must be in memory, and stay there until `vunmap`.
  ///
  /// Refuses with -EBADF; with NULL for an empty range, for a page that is not in memory, when there is
  /// no room, address or memory; `.flushResetPerms` is a WARN too, and `.noGuard` a WARN and ignored.
  public func vmapFile(
    _ address: VirtualAddress, start: UInt64, end: UInt64, flags: VMFlags = [],
    protection: Protection = .kernel, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      files.vmapFile(
        address.bits, start: start, end: end, flags: flags, protection: protection, caller: caller))
  }

  /// The same as version 2 of the patch did it, with its traps: `last` is the last byte; a hole at the
  /// start maps what lies before the first folio in memory, any other is passed over and moves what
  /// follows down; a page that is swapped out ends the mapping; all of that is success.
  public func vmapFileRFC(
    _ address: VirtualAddress, start: UInt64, last: UInt64, flags: VMFlags = [],
    protection: Protection = .kernel, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      files.vmapFileRFC(
        address.bits, start: start, last: last, flags: flags, protection: protection, caller: caller
      ))
  }
}
