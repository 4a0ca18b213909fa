/// Memory behind shared mappings that no file has: the kernel's shmem file of one mmap.
struct SharedMemory: BitwiseCopyable {
  var next = Ref<SharedMemory>.none
  /// Its inode number.
  var number: UInt32 = 0
  /// Mappings of it.
  var mappings: UInt32 = 0
  var unused: UInt32 = 0
  /// Its length in pages.
  var count: UInt64 = 0
  /// The pages that somebody has touched, each with a reference.
  var pages = SparseArray()
}

extension Machine {
  /// Makes a file of zeroes that nothing maps yet. The corresponding kernel function is
  /// `shmem_zero_setup`. Refuses with -ENOMEM without memory for its record, or RAM for its length.
  func makeSharedMemory(pages: UInt64) throws(Refusal) -> Ref<SharedMemory> {
    try promise(pages)
    guard let record = caches.allocate(.sharedMemory, as: SharedMemory.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    ram[Superblock.ref].sharedNumber += 1
    ram[record] = SharedMemory(
      next: ram[Superblock.ref].sharedMemories, number: ram[Superblock.ref].sharedNumber,
      count: pages)
    ram[Superblock.ref].sharedMemories = record
    return record
  }

  /// The page of a file with a reference more, made when it is first needed. The corresponding kernel
  /// function is `shmem_fault`.
  ///
  /// Refuses with SIGBUS past the file's end, with -ENOMEM without memory.
  func page(
    _ page: UInt64, of file: Ref<SharedMemory>, for address: UInt64
  ) throws(Refusal) -> UInt32 {
    guard page < ram[file].count else {
      throw Refusal(.signal(.SIGBUS), .nothingBehind, address)
    }
    var pfn = ram[file].pages.value(page, ram)
    if pfn == 0 {
      guard let new = frames.allocatePage() else {
        throw Refusal(.errno(.ENOMEM), .noFrames, 1)
      }
      guard ram[file].pages.store(page, new, ram) else {
        frames.free(new)
        throw Refusal(.errno(.ENOMEM), .noFrames, 1)
      }
      ram[frames.frame(new)].index = Frame.orphan
      pfn = new
    }
    ram[frames.frame(pfn)].addReferences(1)
    return pfn
  }

  /// A mapping of a file is gone; the file goes with the last (`fput`).
  func releaseSharedMemory(_ file: Ref<SharedMemory>) {
    ram[file].mappings -= 1
    if ram[file].mappings == 0 { discard(file) }
  }

  /// Frees a file that nothing maps.
  func discard(_ file: Ref<SharedMemory>) {
    var at: UInt64 = 0
    while let (key, pfn) = ram[file].pages.next(from: at, ram) {
      dropReference(pfn)
      at = key + 1
    }
    ram[file].pages.removeAll(ram)
    var link = ram[Superblock.ref].sharedMemories
    if link == file {
      ram[Superblock.ref].sharedMemories = ram[file].next
    } else {
      var limit = caches.stepLimit(.sharedMemory)
      while ram[link].next != file {
        limit.step()
        link = ram[link].next
      }
      ram[link].next = ram[file].next
    }
    caches.free(.sharedMemory, file)
  }

  /// Files know how many mappings they have, and keep their pages. `users` says how often frames are
  /// mapped, `mappings` how often each file is.
  func checkSharedMemory(
    _ users: [UInt32: UInt32], _ mappings: [UInt32: UInt32], _ checker: inout Checker
  ) {
    var found = 0
    var file = ram[Superblock.ref].sharedMemories
    while !file.isNone, checker.use(file, .sharedMemory, "shared memory") {
      found += 1
      let record = ram[file]
      let place = file.physicalAddress
      checker.expect(
        record.mappings > 0 && record.mappings == mappings[file.granule] ?? 0
          && record.unused == 0 && record.number <= ram[Superblock.ref].sharedNumber
          && record.count <= UInt64(ram[Superblock.ref].managedFrames), "shared memory: record",
        place, UInt64(record.mappings))
      for (key, pfn) in record.pages.check(ram, &checker) {
        let frame = ram[frames.frame(min(pfn, ram.frameCount - 1))]
        checker.expect(
          key < record.count && pfn < ram.frameCount && PageType(word: frame.mapcount) == nil
            && Int64(frame.refcount) > Int64(users[pfn] ?? 0), "shared memory: page", place, key)
      }
      file = record.next
    }
    checker.expect(
      mappings.count == found, "user mapping: shared memory", UInt64(mappings.count),
      UInt64(found))
  }
}
