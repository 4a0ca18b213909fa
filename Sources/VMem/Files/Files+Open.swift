/// Making, finding and closing files.
extension Files {
  /// Carries out `Machine.openFile`.
  package func openFile(
    path typed: Span<UInt8>, order: UInt64? = nil, window: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let path = HostFile.absolute(typed)
    guard path.count < File.pathRoom else {
      throw Refusal(.errno(.ENAMETOOLONG), .pathTooLong, UInt64(path.count))
    }
    if let window, window.nonzeroBitCount != 1 || window > 1 << UInt64(File.maximumWindowOrder) {
      throw Refusal(.errno(.EINVAL), .readAheadWindow, window)
    }
    try checkOrder(order ?? 0)
    if let file = findHostFile(path) {
      guard ram[file].descriptors < .max else {
        throw Refusal(.errno(.EMFILE), .tooManyDescriptors, UInt64(ram[file].descriptors))
      }
      if let order { ram[file].folioOrder = UInt8(order) }
      if let window { ram[file].window = UInt16(window) }
      ram[file].descriptors += 1
      ram[file].references += 1
      return address(of: file)
    }
    let file = try makeFile(.host, order ?? 0)
    ram[file].window = UInt16(window ?? 32)
    guard !ram.fails(.kmalloc), let frame = frames.allocate(zeroed: true) else {
      caches.free(file)
      throw Refusal(.errno(.ENOMEM), .noFrames, 1)
    }
    ram[frames.frame(frame)].mapcount = ram.word(.array)
    unsafe ram.withFrame(frame) { bytes in
      for at in path.indices { unsafe bytes[at] = path[at] }
    }
    ram[file].path = frame
    do throws(HostFile.Failure) {
      ram[file].size = try hostFile(file).size()
      ram[file].hostSize = ram[file].size
    } catch {
      frames.free(frame)
      caches.free(file)
      let errno = Errno(rawValue: UInt8(truncatingIfNeeded: error.code)) ?? .EIO
      throw Refusal(.errno(errno), .hostFile, 0, UInt64(error.code))
    }
    return open(file)
  }

  /// Carries out `Machine.makeFile`.
  package func makeFile(size: UInt64, order: UInt64 = 0) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    guard size <= File.maximumSize else { throw Refusal(.errno(.EFBIG), .fileTooLarge, size) }
    let file = try makeFile(.anonymous, order)
    ram[file].size = size
    return open(file)
  }

  /// Carries out `Machine.createMemfd`.
  package func createMemfd(
    allowsSealing: Bool, isHuge: Bool = false, isOptimized: Bool = false, order: UInt64 = 0
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let file = try makeFile(isHuge ? .hugetlb : .memfd, isHuge ? 9 : order)
    ram[file].seals = allowsSealing ? [] : .seal
    ram[file].isOptimized = isHuge && isOptimized
    return open(file)
  }

  /// Makes what is behind a shared mapping of memory, whose size is that of the mapping. The
  /// corresponding kernel function is `shmem_zero_setup`.
  ///
  /// Refuses with -ENOMEM without a record, or for more bytes than RAM has.
  func makeZeroFile(size: UInt64) throws(Refusal) -> Ref<File> {
    try users.promise(size >> 12)
    let file = try makeFile(.zero, 0)
    ram[file].size = size
    link(file)
    return file
  }

  private func findHostFile(_ path: [UInt8]) -> Ref<File>? {
    var found: Ref<File>?
    forEachFile { file in
      if ram[file].kind == .host, hostPath(file) == path { found = file }
    }
    return found
  }

  private func checkOrder(_ order: UInt64) throws(Refusal) {
    guard order <= File.maximumFolioOrder else {
      throw Refusal(.errno(.EINVAL), .folioOrderTooHigh, order)
    }
  }

  private func makeFile(_ kind: FileKind, _ order: UInt64) throws(Refusal) -> Ref<File> {
    try checkOrder(order)
    mightSleep(.alloc_inode)
    guard !ram.fails(.inode), let file = caches.allocate(File.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    var record = File()
    record.kind = kind
    record.folioOrder = UInt8(order)
    ram[file] = record
    return file
  }

  private func open(_ file: Ref<File>) -> UInt64 {
    link(file)
    ram[file].descriptors = 1
    return address(of: file)
  }

  private func link(_ file: Ref<File>) {
    ram[ram.files].filesMade += 1
    ram[file].number = ram[ram.files].filesMade
    ram[ram.files].files.insert(file, ram)
  }

  /// The kernel address that stands for a file.
  func address(of file: Ref<File>) -> UInt64 { map.pageOffset + file.physicalAddress }

  /// The file at an address; refuses with -EBADF where there is none that is open.
  func file(at address: UInt64) throws(Refusal) -> Ref<File> {
    if let file = findFile(address), ram[file].isOpen { return file }
    throw Refusal(.errno(.EBADF), .noFile, address)
  }

  func findFile(_ address: UInt64) -> Ref<File>? {
    ram[ram.files].files.object(at: address &- map.pageOffset, ram)
  }

  func forEachFile(_ body: (Ref<File>) -> Void) { ram[ram.files].files.forEach(ram, body) }

  /// Carries out `Machine.closeFile`.
  package func closeFile(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    ram[file].descriptors -= 1
    drop(file)
  }

  /// Drops a use of a file: its descriptor or a mapping.
  func drop(_ file: Ref<File>) {
    ram[file].references -= 1
    guard ram[file].references == 0 else { return }
    removePages(file, from: 0)
    ram[ram.files].files.remove(file, ram)
    if ram[file].path != 0 { frames.free(ram[file].path) }
    caches.free(file)
  }

  /// Takes every page from `first` on out of a file.
  func removePages(_ file: Ref<File>, from first: UInt64, to end: UInt64 = .max) {
    var at = first
    while let (index, _) = ram[file].pages.next(from: at, ram), index < end {
      if ram[file].isOptimized, let pfn = cachedPage(file, index), index % File.hugePages == 0 {
        restoreStructPages(of: pfn)
      }
      removeCachedPage(file, index)
      at = index + 1
    }
    if ram[file].pages.next(from: 0, ram) == nil { ram[file].pages.removeAll(ram) }
  }

  /// Carries out `Machine.hostPath`.
  package func hostPath(of address: UInt64) -> [UInt8]? {
    guard let file = findFile(address), ram[file].kind == .host else { return nil }
    return hostPath(file)
  }

  /// Calls `body` for every file, the newest first.
  package func forEachFile(_ body: (_ address: UInt64, File, _ path: [UInt8]) -> Void) {
    forEachFile { file in
      body(address(of: file), ram[file], hostPath(file))
    }
  }

  /// Pages of files in memory (`nr_file_pages`), and those of memfds and shared mappings among them
  /// (`nr_shmem`). Huge pages are not counted, as in a kernel.
  package var cachedPages: (all: UInt64, shared: UInt64) {
    var pages: (all: UInt64, shared: UInt64) = (0, 0)
    forEachFile { file in
      let count = UInt64(ram[file].pageCount)
      if ram[file].kind != .hugetlb { pages.all += count }
      if ram[file].kind == .memfd || ram[file].kind == .zero { pages.shared += count }
    }
    return pages
  }

  /// The path of a file of the host; empty for others.
  func hostPath(_ file: Ref<File>) -> [UInt8] {
    guard ram[file].path != 0 else { return [] }
    return unsafe ram.withFrame(ram[file].path) { bytes in unsafe Array(bytes.prefix { $0 != 0 }) }
  }

  /// Calls `body` for each folio and each page that is swapped out, ascending.
  package func forEachFolio(
    of address: UInt64, _ body: (_ index: UInt64, _ pfn: UInt32?, _ order: UInt32) -> Void
  ) throws(Refusal) {
    guard let file = findFile(address) else { throw Refusal(.errno(.EBADF), .noFile, address) }
    var at: UInt64 = 0
    while let (index, _) = ram[file].pages.next(from: at, ram) {
      if let folio = folio(file, index) {
        // A folio may have lost its first pages.
        body(index, folio.pfn + UInt32(index - folio.index), index == folio.index ? folio.order : 0)
        at = index == folio.index ? nextOfFolio(file, folio) : index + 1
      } else {
        body(index, nil, 0)
        at = index + 1
      }
    }
  }

  /// One past the pages of a folio that are in the file, from its first on.
  private func nextOfFolio(
    _ file: Ref<File>, _ folio: (index: UInt64, pfn: UInt32, order: UInt32)
  ) -> UInt64 {
    var step: UInt64 = 1
    while step < 1 << UInt64(folio.order),
      cachedPage(file, folio.index + step) == folio.pfn + UInt32(step)
    { step += 1 }
    return folio.index + step
  }
}
