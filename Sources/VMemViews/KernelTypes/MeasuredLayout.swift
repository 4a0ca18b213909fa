internal import VMem

/// Sizes and places that VMCOREINFO of a real kernel of each line gives, where they do not follow from
/// the members that are declared. Read from Debian's kernels 6.12.117, 6.18.15, 7.0.13, 7.2.12 and 7.3.4
/// and a plain build of 6.1.192; of 6.6 and 7.1 there is none, and they stand with their neighbours.
enum MeasuredLayout {
  private struct Row {
    let since: KernelVersion
    let nodes: Int
    let zones: Int
    let migrateTypes: Int
    let zoneStatistics: Int
    let zone: Int
    let node: Int
    let vmStat: Int
    let freeArea: Int
    let spanned: Int
  }

  private static let rows = [
    Row(
      since: .v6_1, nodes: 8, zones: 3, migrateTypes: 4, zoneStatistics: 10, zone: 1216, node: 5376,
      vmStat: 1088, freeArea: 192, spanned: 128),
    Row(
      since: .v6_6, nodes: 1024, zones: 5, migrateTypes: 5, zoneStatistics: 11, zone: 1536,
      node: 174_464, vmStat: 1344, freeArea: 256,
      spanned: 160),
    Row(
      since: .v6_18, nodes: 1024, zones: 5, migrateTypes: 5, zoneStatistics: 11, zone: 1600,
      node: 174_848, vmStat: 1408, freeArea: 256,
      spanned: 160),
    Row(
      since: .v7_1, nodes: 1024, zones: 5, migrateTypes: 6, zoneStatistics: 11, zone: 1856,
      node: 176_256, vmStat: 1536, freeArea: 256,
      spanned: 160),
    Row(
      since: .v7_3, nodes: 1024, zones: 5, migrateTypes: 6, zoneStatistics: 11, zone: 1856,
      node: 176_320, vmStat: 1536, freeArea: 256,
      spanned: 160),
  ]

  private static func row(_ kernel: KernelVersion) -> Row { rows.last { $0.since <= kernel }! }

  /// Sizes by structure, and offsets by "structure.member", in bytes.
  static func places(_ kernel: KernelVersion) -> [String: Int] {
    let row = row(kernel)
    return [
      "zone": row.zone, "zone.free_area": row.freeArea, "zone.vm_stat": row.vmStat,
      "zone.spanned_pages": row.spanned, "pglist_data": row.node,
    ]
  }

  /// Numbers that declarations name.
  static func constants(_ c: Configuration) -> [String: Int] {
    let row = row(c.kernel)
    return [
      "MAX_NUMNODES": row.nodes, "NODE_WORDS": max(1, row.nodes / 64), "CPU_WORDS": 1,
      "MAX_NR_ZONES": row.zones, "NR_ZONEREFS": row.nodes * row.zones + 1,
      "MIGRATE_TYPES": row.migrateTypes, "NR_PAGE_ORDERS": 11,
      "NR_VM_ZONE_STAT_ITEMS": row.zoneStatistics,
      "NR_VM_NODE_STAT_ITEMS": 15, "NR_LRU_LISTS": 5, "NR_MM_COUNTERS": 4, "PIDTYPE_MAX": 4,
      "NR_NODE_STATES": 5, "BANNER": 256,
    ]
  }
}
