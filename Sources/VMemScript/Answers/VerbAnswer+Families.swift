internal import VMem

/// What calls that do the same have in common.
extension [VerbAnswer] {
  static var sleeps: Self {
    [
      .warns("nothing may sleep here: an interrupt, `context atomic`, kmap_atomic")
    ]
  }

  /// Of calls that look for a place in the vmalloc space.
  static var reserves: Self {
    [
      .null(.noHole, .holePastRangeEnd, .noDescriptor), .bug(.inInterrupt),
      .warns("nothing may sleep here: an interrupt, `context atomic`, kmap_atomic"),
    ]
  }

  /// Of calls that map pages in an area they have made.
  static var mapsOwnArea: Self {
    [
      .null(.noTableMemory, .slotOccupied), .bug(.leafInTheWay), .warn(.slotOccupied),
    ]
  }

  /// Of calls that map pages of a list.
  static var takesList: Self {
    [
      .null(.nullPage, .invalidFrame), .warn(.nullPage, .invalidFrame),
    ]
  }

  /// Of calls that map, or unmap, whatever lies at an address.
  static var anyRange: Self {
    [
      .bug(.emptyRange, .notCanonical, .touchesDirectMap, .belongsToArena)
    ]
  }

  /// Of calls that give an area back.
  static var frees: Self {
    [
      .bug(.areaIsStack, .belongsToArena, .areaOfChunk, .touchesDirectMap)
    ]
  }

  /// Of vfree in an interrupt, which keeps what it was given in a list that lies in its first bytes.
  static var freesLater: Self {
    [.bug(.inInterrupt, .notMapped, .notCanonical, .readOnly, .pageFaultsOff, .noUserMapping)]
  }

  /// Of calls that look for the area to give back, and complain when there is none.
  static var freesFound: Self { [.warn(.noAreaAtAddress, .addressNotAligned)] }

  /// Of accesses of the kernel.
  static var faults: Self {
    [
      .fault(.notMapped, .notCanonical, .readOnly, .pageFaultsOff, .protectionKey),
      .errno(.EFAULT, .notImported),
      .warn(.protectionKey),
    ]
  }

  /// Of accesses to the addresses of users.
  static var userFaults: Self {
    [
      .signal(
        .SIGSEGV, .noUserMapping, .noUserRight, .notUserPage, .arenaFaults, .arenaPoisoned,
        .arenaPageMapped, .noDescriptor, .noFrames, .noTableMemory),
      .signal(.SIGBUS, .nothingBehind, .behindFileEnd, .hostFile, .noFrames, .arenaLocked),
      .errno(.ENOMEM, .noFrames, .noTableMemory, .noDescriptor), .errno(.EAGAIN, .arenaLocked),
      .bug(.sharedStructPage),
    ]
  }

  /// Of calls of a user that take a range of its addresses.
  static var userSpace: Self {
    [
      .errno(.ENOENT, .noUserSpace), .errno(.EINVAL, .addressNotAligned),
      .errno(.ENOMEM, .noDescriptor, .tooManyMappings),
    ]
  }

  /// Of calls on an open file.
  static var openFile: Self { [.errno(.EBADF, .noFile)] }

  /// Of calls that bring pages of a file into memory.
  static var readsFile: Self { [.errno(.EIO, .hostFile), .errno(.ENOMEM, .noFrames)] }

  static var protectionKeys: Self { [.errno(.EINVAL, .noProtectionKeys)] }
}
