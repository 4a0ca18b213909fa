internal import VMem

/// Caches of objects of one size, in frames of the machine: `kmalloc` and `kmem_cache_create`.
///
/// An object's place is the direct map's, neighbours stand beside each other, and a free object has the
/// address of the next one in its middle, as SLUB keeps it. What is free is known here as well: a
/// module that writes to a free object damages nothing but itself.
struct SlabHeap {
  final class Cache {
    let name: String
    /// Bytes that callers ask for, and from one object to the next.
    let objectSize: UInt64
    let stride: UInt64
    let order: UInt32
    let constructor: UInt64
    let module: String
    /// Whether readers may look at free objects, which stay as they are (`SLAB_TYPESAFE_BY_RCU`, and those
    /// that a constructor has made).
    let keepsFree: Bool
    var free: [UInt64] = []
    /// Objects of new slabs that the constructor has not seen.
    private var fresh: [UInt64] = []
    var slabs: [UInt64] = []
    var active = 0

    init(
      _ name: String, objectSize: UInt64, stride: UInt64, constructor: UInt64 = 0,
      keepsFree: Bool = false, module: String = ""
    ) {
      self.keepsFree = keepsFree || constructor != 0
      self.name = name
      self.objectSize = objectSize
      self.stride = stride
      self.constructor = constructor
      self.module = module
      // At least eight objects, in at most eight pages.
      var order: UInt32 = 0
      while order < 3, 4096 << UInt64(order) < stride * 8 { order += 1 }
      self.order = order
    }

    func addFresh(_ objects: [UInt64]) { if constructor != 0 { fresh += objects } }
    func takeFresh() -> UInt64? { fresh.popLast() }

    var perSlab: UInt64 { max(1, 4096 << UInt64(order) / stride) }
  }

  /// Sizes of the caches of `kmalloc`.
  static let sizes: [UInt64] = [
    8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192,
  ]

  private(set) var general: [Cache] = sizes.map {
    Cache("kmalloc-\($0 < 1024 ? "\($0)" : "\($0 / 1024)k")", objectSize: $0, stride: $0)
  }
  private(set) var named: [UInt64: Cache] = [:]
  /// The slab of each page that is part of one.
  private var slabOfPage: [UInt64: (cache: Cache, start: UInt64)] = [:]
  /// Objects that are in use, and the bytes that were asked for.
  private(set) var sizes: [UInt64: UInt64] = [:]

  var caches: [Cache] { general + named.sorted { $0.key < $1.key }.map(\.value) }

  func general(for size: UInt64) -> Cache? { general.first { $0.objectSize >= size } }

  mutating func addNamed(_ cache: Cache, _ handle: UInt64) { named[handle] = cache }
  mutating func removeNamed(_ handle: UInt64) -> Cache? { named.removeValue(forKey: handle) }

  /// The cache that an address belongs to, and the start of the object there.
  func object(at address: UInt64) -> (cache: Cache, start: UInt64)? {
    guard let (cache, slab) = slabOfPage[address >> 12] else { return nil }
    return (cache, slab + (address - slab) / cache.stride * cache.stride)
  }

  func size(of address: UInt64) -> UInt64? { sizes[address] }

  /// The slab that an address lies in.
  func slab(at address: UInt64) -> (cache: Cache, start: UInt64)? { slabOfPage[address >> 12] }

  /// Frames become a slab.
  mutating func add(_ start: UInt64, to cache: Cache) {
    cache.slabs.append(start)
    for page in 0..<UInt64(1) << UInt64(cache.order) {
      slabOfPage[start >> 12 + page] = (cache, start)
    }
    let objects = (0..<cache.perSlab).reversed().map { start + $0 * cache.stride }
    cache.free += objects
    cache.addFresh(objects)
  }

  /// - Parameter place: position in the cache's free objects; nil for the one that was freed last.
  mutating func take(_ cache: Cache, _ size: UInt64, at place: Int? = nil) -> UInt64? {
    guard let last = place ?? cache.free.indices.last else { return nil }
    let object = cache.free.remove(at: last)
    cache.active += 1
    sizes[object] = size
    return object
  }

  /// An object in use gets all of its place.
  mutating func use(all size: UInt64, of address: UInt64) {
    if sizes[address] != nil { sizes[address] = size }
  }

  mutating func put(_ address: UInt64, _ cache: Cache) {
    cache.active -= 1
    sizes[address] = nil
    cache.free.append(address)
  }

  /// Slabs of caches that hold no object any more; their frames are to be freed.
  mutating func takeEmpty(_ caches: [Cache]) -> [(start: UInt64, order: UInt32)] {
    var result: [(UInt64, UInt32)] = []
    for cache in caches where cache.active == 0 {
      for slab in cache.slabs {
        result.append((slab, cache.order))
        for page in 0..<UInt64(1) << UInt64(cache.order) { slabOfPage[slab >> 12 + page] = nil }
      }
      (cache.slabs, cache.free) = ([], [])
    }
    return result
  }
}
