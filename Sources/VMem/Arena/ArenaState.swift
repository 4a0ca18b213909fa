/// All arenas.
struct ArenaState: BitwiseCopyable {
  var arenas = ObjectList<Arena>()
  /// Frees of theirs that wait for a context that may sleep.
  var spans: UInt32 = 0
}

extension RAM {
  @inline(__always)
  var arenas: Ref<ArenaState> { self[Superblock.ref].roots.arenas }
}
