/// An object of a `HashTable`: carries its text's hash and the link of its bucket.
protocol HashLinked: SlabObject {
  var hash: UInt32 { get set }
  var nextInBucket: Ref<Self> { get set }
}

/// A hash table that grows by one bucket at a time (linear hashing, Litwin 1980), so that no insert
/// ever has to move more than one bucket.
struct HashTable<Object: HashLinked>: BitwiseCopyable {
  var buckets = SparseArray()
  var bucketCount: UInt32 = 0
  var count: UInt32 = 0

  /// The first object with this hash that `matches`, or nil.
  @inline(__always)
  func find(_ hash: UInt32, _ ram: RAM, where matches: (Ref<Object>) -> Bool) -> Ref<Object>? {
    guard bucketCount > 0 else { return nil }
    var at = Ref<Object>(granule: buckets.value(bucket(hash), ram))
    var limit = StepLimit(UInt64(count))
    while !at.isNone {
      limit.step()
      if ram[at].hash == hash, matches(at) { return at }
      at = ram[at].nextInBucket
    }
    return nil
  }

  /// Calls `body` for every object, bucket by bucket.
  func forEach(_ ram: RAM, _ body: (Ref<Object>) -> Void) {
    var limit = StepLimit(min(UInt64(count), ObjectCaches(ram: ram).mostObjects))
    var entry = buckets.next(from: 0, ram)
    while let (bucket, first) = entry {
      var at = Ref<Object>(granule: first)
      while !at.isNone {
        limit.step()
        body(at)
        at = ram[at].nextInBucket
      }
      entry = buckets.next(from: bucket + 1, ram)
    }
  }

  /// Adds an object whose `hash` is set. Returns false, with nothing changed, when there is no frame.
  mutating func insert(_ object: Ref<Object>, _ ram: RAM) -> Bool {
    if bucketCount == 0 { bucketCount = 1 }
    let at = bucket(ram[object].hash)
    ram[object].nextInBucket = Ref(granule: buckets.value(at, ram))
    guard buckets.store(at, object.granule, ram) else { return false }
    count += 1
    if count > bucketCount { split(ram) }
    return true
  }

  @inline(__always)
  func bucket(_ hash: UInt32) -> UInt64 {
    let low = UInt32(1) << UInt32(31 - bucketCount.leadingZeroBitCount)
    let wide = hash & (low << 1 &- 1)
    return UInt64(wide < bucketCount ? wide : hash & (low &- 1))
  }

  private mutating func split(_ ram: RAM) {
    let low = UInt32(1) << UInt32(31 - bucketCount.leadingZeroBitCount)
    let from = bucketCount - low
    let to = bucketCount
    var at = Ref<Object>(granule: buckets.value(UInt64(from), ram))
    var stay = Ref<Object>.none
    var move = Ref<Object>.none
    // The chunk for the new bucket must exist before anything moves.
    if !at.isNone {
      guard buckets.store(UInt64(to), at.granule, ram) else { return }
    }
    bucketCount += 1
    var limit = StepLimit(UInt64(count))
    while !at.isNone {
      limit.step()
      let next = ram[at].nextInBucket
      if ram[at].hash & (low << 1 &- 1) == to {
        ram[at].nextInBucket = move
        move = at
      } else {
        ram[at].nextInBucket = stay
        stay = at
      }
      at = next
    }
    set(from, stay, ram)
    set(to, move, ram)
  }

  private mutating func set(_ bucket: UInt32, _ object: Ref<Object>, _ ram: RAM) {
    if object.isNone {
      _ = buckets.remove(UInt64(bucket), ram)
    } else {
      // Cannot fail: the word is in use.
      _ = buckets.store(UInt64(bucket), object.granule, ram)
    }
  }
}

/// FNV-1a, 32 bits, of all bytes but the last two, and these as they are: of texts that end in a running
/// number a hundred in a row stand in buckets in a row, so that a table far larger than the host's
/// caches is read line by line.
@inline(__always)
func hash32(_ text: Span<UInt8>) -> UInt32 {
  var hash: UInt32 = 0x811c_9dc5
  let last = max(0, text.count - 2)
  for at in 0..<last { hash = (hash ^ UInt32(text[at])) &* 0x0100_0193 }
  for at in last..<text.count {
    hash = hash &+ UInt32(text[at]) << UInt32(4 * (text.count - 1 - at))
  }
  return hash
}
