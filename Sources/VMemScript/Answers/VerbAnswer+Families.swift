internal import VMem

/// What calls that do the same have in common.
extension VerbAnswer {
  static let sleeps: [VerbAnswer] = [
    .warns("nothing may sleep here: an interrupt, `context atomic`, kmap_atomic")
  ]

  /// Of calls that look for a place in the vmalloc space.
  static let reserves: [VerbAnswer] = [
    .null(.noHole, .holePastRangeEnd, .noDescriptor), .bug(.inInterrupt),
    .warns("nothing may sleep here: an interrupt, `context atomic`, kmap_atomic"),
  ]

  /// Of calls that map pages in an area they have made.
  static let mapsOwnArea: [VerbAnswer] = [
    .null(.noTableMemory, .slotOccupied), .bug(.leafInTheWay), .warn(.slotOccupied),
  ]

  /// Of calls that map pages of a list.
  static let takesList: [VerbAnswer] = [
    .null(.nullPage, .invalidFrame), .warn(.nullPage, .invalidFrame),
  ]

  /// Of calls that map, or unmap, whatever lies at an address.
  static let anyRange: [VerbAnswer] = [
    .bug(.emptyRange, .notCanonical, .touchesDirectMap, .belongsToArena)
  ]

  /// Of calls that give an area back.
  static let frees: [VerbAnswer] = [
    .bug(.areaIsStack, .belongsToArena, .areaOfChunk, .touchesDirectMap)
  ]

  /// Of calls that look for the area to give back, and complain when there is none.
  static let freesFound: [VerbAnswer] = [.warn(.noAreaAtAddress, .addressNotAligned)]

  /// Of accesses of the kernel.
  static let faults: [VerbAnswer] = [
    .fault(.notMapped, .notCanonical, .readOnly, .pageFaultsOff, .protectionKey),
    .errno(.EFAULT, .notImported),
    .warn(.protectionKey),
  ]

  /// Of accesses to the addresses of users.
  static let userFaults: [VerbAnswer] = [
    .signal(
      .SIGSEGV, .noUserMapping, .noUserRight, .notUserPage, .arenaFaults, .arenaPoisoned,
      .arenaPageMapped, .noDescriptor, .noFrames, .noTableMemory),
    .signal(.SIGBUS, .nothingBehind, .behindFileEnd, .hostFile, .noFrames, .arenaLocked),
    .errno(.ENOMEM, .noFrames, .noTableMemory, .noDescriptor), .errno(.EAGAIN, .arenaLocked),
    .bug(.sharedStructPage),
  ]

  /// Of calls of a user that take a range of its addresses.
  static let userSpace: [VerbAnswer] = [
    .errno(.ENOENT, .noUserSpace), .errno(.EINVAL, .addressNotAligned),
    .errno(.ENOMEM, .noDescriptor, .tooManyMappings),
  ]

  /// Of calls on an open file.
  static let openFile: [VerbAnswer] = [.errno(.EBADF, .noFile)]

  /// Of calls that bring pages of a file into memory.
  static let readsFile: [VerbAnswer] = [.errno(.EIO, .hostFile), .errno(.ENOMEM, .noFrames)]

  static let protectionKeys: [VerbAnswer] = [.errno(.EINVAL, .noProtectionKeys)]
}
