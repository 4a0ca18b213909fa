/// High memory, and the windows of kmap and kmap_local.
struct HighMemoryState: BitwiseCopyable {
  /// Frames at the end of RAM that the direct map does not have.
  var frames: UInt32 = 0
  /// First frame of PKMAP's state.
  var kmapFrames: UInt32 = 0
  /// `KmapWindow.Kind`, and slots of PKMAP.
  var window: UInt8 = 0
  /// Whether a fault by the key of protected pages is only complained about.
  var pksRelaxed: UInt8 = 0
  var pkmapSlots: UInt16 = 0
  /// Mappings of kmap_local that have ended and that an audit has something to say about, the last
  /// one first, and how many there were of whose use by other tasks nothing is known.
  var endedMappings = Ref<LocalMapping>.none
  var unwatchedMappings: UInt64 = 0
}

extension RAM {
  var highMemory: Ref<HighMemoryState> { self[Superblock.ref].roots.highMemory }
}
