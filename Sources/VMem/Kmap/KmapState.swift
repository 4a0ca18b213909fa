/// What the kernel keeps of PKMAP beside its table, and what an audit is made of. Stands in a frame
/// of its own, followed by the slots and the audit's records.
struct KmapState: BitwiseCopyable {
  static let buckets = 128

  /// `last_pkmap_nr`: where the next search begins, less one.
  var last: UInt32 = 0
  /// Tasks on the wait queue.
  var waiting: UInt32 = 0
  /// Uses of slots with something to say that have ended.
  var recordCount: UInt64 = 0
  /// `kmap_lock` taken, mappings made, entries of both windows written.
  var locks: UInt64 = 0
  var mappings: UInt64 = 0
  var writes: UInt64 = 0
  /// `page_address_htable`: the first slot of each bucket, plus one.
  var heads = InlineArray<128, UInt16>(repeating: 0)
}

/// One slot of PKMAP.
struct KmapSlot: BitwiseCopyable {
  /// `pkmap_count`: 0 free, 1 released and not flushed, n has n - 1 users.
  var count: UInt32 = 0
  /// The frame it maps, unless the count is 0.
  var page: UInt32 = 0
  /// Next slot in the bucket, plus one.
  var next: UInt16 = 0
  var marks = KmapMarks()
  var unused: UInt8 = 0
  var unusedToo: UInt32 = 0
  /// The audit's bit of each task that has called kmap for it, and of each that has used it, since
  /// it was free.
  var makers: UInt64 = 0
  var users: UInt64 = 0
}

/// What is remarkable about a mapping.
package struct KmapMarks: OptionSet, BitwiseCopyable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Its task was switched away from while it was there.
  package static let scheduled = KmapMarks(rawValue: 1)
  /// It was released while another was on top of it.
  package static let outOfOrder = KmapMarks(rawValue: 2)
  /// Its entry was cleared by the release of another.
  package static let torn = KmapMarks(rawValue: 4)
  /// A task that did not make it has released it.
  package static let foreignRelease = KmapMarks(rawValue: 8)

  static let all: KmapMarks = [.scheduled, .outOfOrder, .torn, .foreignRelease]
}

/// A use of PKMAP that has ended, for the audit.
struct KmapRecord: BitwiseCopyable {
  /// Records that are kept: the oldest fall out.
  static let capacity = 64

  var address: UInt64 = 0
  var page: UInt32 = 0
  var marks = KmapMarks()
  var unused: UInt8 = 0
  var unusedToo: UInt16 = 0
  var makers: UInt64 = 0
  var users: UInt64 = 0
  /// Clock of its end.
  var ended: UInt64 = 0
  var padding = InlineArray<3, UInt64>(repeating: 0)
}
