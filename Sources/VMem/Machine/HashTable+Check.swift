extension HashTable {
  /// Every object stands in the bucket of its hash, and all are counted.
  func check(_ checker: inout Checker) {
    buckets.check(checker.ram, &checker)
    var found: UInt64 = 0
    for bucket in 0..<UInt64(bucketCount) {
      var at = Ref<Object>(granule: buckets.value(bucket, checker.ram))
      while !at.isNone && found <= UInt64(count) {
        checker.expect(
          self.bucket(checker.ram[at].hash) == bucket, "hash table: bucket", bucket,
          UInt64(at.granule))
        found += 1
        at = checker.ram[at].nextInBucket
      }
    }
    checker.expect(found == UInt64(count), "hash table: count", found, UInt64(count))
  }
}
