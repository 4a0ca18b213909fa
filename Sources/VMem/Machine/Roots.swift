/// Where the record of each subsystem stands: one behind the other in frame 0, behind the slab caches.
///
/// A record of zeroes is that of a subsystem with nothing in it, so that boot need not write it.
struct Roots: BitwiseCopyable, Equatable {
  var paging: Ref<PagingState>
  var mapping: Ref<MappingState>
  var log: Ref<LogState>
  var names: Ref<NameState>
  var tasks: Ref<TaskState>
  var users: Ref<UserState>
  var files: Ref<FileState>
  var arenas: Ref<ArenaState>
  var highMemory: Ref<HighMemoryState>
  var injections: Ref<Injections>
  var tests: Ref<TestState>
  /// One past the last of them; the task the machine boots with comes behind.
  private(set) var end: UInt32

  init() {
    var place = Place()
    paging = place.next()
    mapping = place.next()
    log = place.next()
    names = place.next()
    tasks = place.next()
    users = place.next()
    files = place.next()
    arenas = place.next()
    highMemory = place.next()
    injections = place.next()
    tests = place.next()
    end = place.granule
  }

  private struct Place {
    var granule = CacheState.end

    mutating func next<T>() -> Ref<T> {
      defer { granule += UInt32((MemoryLayout<T>.size + 15) / 16) }
      return Ref(granule: granule)
    }
  }
}
