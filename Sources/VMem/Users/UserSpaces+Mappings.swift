/// The mappings of an address space: finding, splitting and merging them.
extension UserSpaces {
  /// The mapping that contains an address, in the address space the current CPU uses.
  package func userMapping(at address: UInt64) -> UserMapping? {
    let space = space(ofCPU: cpu)
    return space.isNone ? nil : mapping(at: address, space).map { ram[$0] }
  }

  func mapping(at address: UInt64, _ space: Ref<UserSpace>) -> Ref<UserMapping>? {
    let next = around(address, space).next
    return !next.isNone && ram[next].start <= address ? next : nil
  }

  /// The last mapping that ends at or below an address, and the first that ends above it.
  func around(
    _ address: UInt64, _ space: Ref<UserSpace>
  ) -> (previous: Ref<UserMapping>, next: Ref<UserMapping>) {
    mappings(of: space).around(address)
  }

  @inline(__always)
  func mappings(of space: Ref<UserSpace>) -> MappingTree { MappingTree(ram: ram, space: space) }

  /// Whether mappings lie in [start, end).
  func isMapped(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) -> Bool {
    let next = around(start, space).next
    return !next.isNone && ram[next].start < end
  }

  // MARK: Records

  func allocateMapping(_ mapping: UserMapping) -> Ref<UserMapping>? {
    guard !ram.fails(.vmAreaStruct),
      let record = caches.allocate(UserMapping.self)
    else { return nil }
    ram[record] = mapping
    return record
  }

  /// Takes a record out of the tree and frees it; what it mapped is another's now.
  func dissolve(_ record: Ref<UserMapping>, _ space: Ref<UserSpace>) {
    mappings(of: space).remove(record)
    closed(ram[record])
    caches.free(record)
  }

  /// Cuts a mapping in two at an address inside it and returns the upper part. The corresponding kernel
  /// function is `__split_vma`.
  ///
  /// - Parameter newIsBelow: which part is the new mapping to those who know the old one
  ///   (`new_below`).
  ///
  /// Refuses with -ENOMEM without a record, and with what the mapping's kind says.
  func split(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, at address: UInt64, newIsBelow: Bool
  ) throws(Refusal) -> Ref<UserMapping> {
    try maySplit(ram[mapping], at: address)
    var upper = ram[mapping]
    upper.start = address
    upper.offset += (address - ram[mapping].start) >> 12
    guard let record = allocateMapping(upper) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    mappings(of: space).resize(mapping, ram[mapping].start, address)
    opened(upper)
    mappings(of: space).insert(record)
    if upper.kind == .arena { ram[newIsBelow ? mapping : record].isInherited = 1 }
    return record
  }

  /// Undoes a split.
  func join(_ space: Ref<UserSpace>, _ lower: Ref<UserMapping>, _ upper: Ref<UserMapping>) {
    let end = ram[upper].end
    if ram[lower].kind == .arena { ram[lower].isInherited = ram[upper].isInherited }
    dissolve(upper, space)
    mappings(of: space).resize(lower, ram[lower].start, end)
  }

  // MARK: Merging

  /// Adds a mapping to what is there: as part of its neighbours where they differ in nothing, else with
  /// a record of its own. Returns nil when there is none. The corresponding kernel function is
  /// `vma_merge_new_range`.
  func add(_ new: UserMapping, to space: Ref<UserSpace>) -> Ref<UserMapping>? {
    let tree = mappings(of: space)
    let (previous, next) = tree.around(new.start)
    let left = !previous.isNone && continues(ram[previous], new)
    var right = !next.isNone && continues(new, ram[next])
    if left, right { right = sharesPages(ram[previous], ram[next]) }
    if left {
      inherit(previous, new)
      if right {
        let end = ram[next].end
        inherit(previous, ram[next])
        dissolve(next, space)
        tree.resize(previous, ram[previous].start, end)
      } else {
        tree.resize(previous, ram[previous].start, new.end)
      }
      return previous
    }
    if right {
      inherit(next, new)
      tree.resize(next, new.start, ram[next].end)
      ram[next].offset = new.offset
      return next
    }
    guard let record = allocateMapping(new) else { return nil }
    opened(new)
    tree.insert(record)
    return record
  }

  /// Whether `b` goes on where `a` ends, and one mapping could be both (`can_vma_merge_after`).
  func continues(_ a: UserMapping, _ b: UserMapping) -> Bool {
    a.end == b.start && a.flags == b.flags && a.flags.isDisjoint(with: .special)
      && a.kind == b.kind && a.object == b.object && a.offset &+ a.pages == b.offset
      && sharesPages(a, b)
  }

  /// Whether pages of their own could be one mapping's: they are of the same fork
  /// (`is_mergeable_anon_vma`).
  private func sharesPages(_ a: UserMapping, _ b: UserMapping) -> Bool {
    if a.anonymous == b.anonymous { return true }
    if a.anonymous == 0 { return b.isInherited == 0 }
    return b.anonymous == 0 && a.isInherited == 0
  }

  /// Gives a mapping the pages of another that becomes part of it.
  func inherit(_ mapping: Ref<UserMapping>, _ other: UserMapping) {
    guard ram[mapping].anonymous == 0 else { return }
    ram[mapping].anonymous = other.anonymous
    ram[mapping].isInherited = other.isInherited
  }
}
