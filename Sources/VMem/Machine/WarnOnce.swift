/// The places that complain with the kernel's `WARN_ONCE`, or with `pr_warn_once`: each of them once since boot. The raw value
/// is its bit in `LogState.warnedOnce`.
enum WarnOnce: UInt8, CaseIterable {
  case sparseFlushResetPerms, sparseNoGuard, sparseFlags
  case unmapRAMWithoutArea
  case vmallocZero
  case vmapFlushResetPerms, vmapNoGuard
  case vmapPFNOfRAM
  case ioremapTooHigh, ioremapOfRAM, iounmapOutside
  case ioremapRangeOfOther, ioremapRangeOfPart
  case percpuOverlap
  case setMemoryUnaligned, setMemoryWritableExecutable
  case kmapToPageOfSlot, kmapToPageOfLocalSlot
  case kunmapLocalNoSlot, kunmapLocalBelowDirectMap, kunmapLocalOutOfOrder
  case forkWithKmapLocal
  case protectionFault
  case arenaAddressSpace
  case vmapFileFlushResetPerms, vmapFileNoGuard
  case mremapOfPrivate
  case unexpectedGFP
}
