extension HashTable {
  /// Every object stands in the bucket of its hash, and all are counted. Returns them.
  func check(_ checker: inout Checker) -> [Ref<Object>] {
    let entries = buckets.check(checker.ram, &checker)
    var found: [Ref<Object>] = []
    for entry in entries {
      var at = Ref<Object>(granule: entry.value)
      while !at.isNone, checker.use(at, "hash table: object", entry.key) {
        checker.expect(
          bucketCount > 0 && bucket(checker.ram[at].hash) == entry.key, "hash table: bucket",
          entry.key, at.physicalAddress)
        found.append(at)
        at = checker.ram[at].nextInBucket
      }
    }
    checker.expect(
      bucketCount <= max(count, 1), "hash table: buckets", UInt64(bucketCount), UInt64(count))
    checker.expect(
      found.count == Int(count), "hash table: count", UInt64(found.count), UInt64(count))
    return found
  }
}
