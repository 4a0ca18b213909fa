/// How many pages of a zone are kept free, as the kernel reckons for a machine that nobody has told how
/// many.
///
/// The corresponding kernel functions are `calculate_min_free_kbytes` and `setup_per_zone_wmarks`.
struct Watermarks {
  /// Pages: `WMARK_MIN`, `WMARK_LOW`, `WMARK_HIGH` and `WMARK_PROMO`.
  let pages: [UInt64]

  /// - Parameters:
  ///   - managed: pages of the zone.
  ///   - total: pages of all zones.
  init(managed: UInt64, total: UInt64) {
    let root = UInt64(Double(total * 4 * 16).squareRoot())
    let kept = min(max(root, 128), 262_144) / 4
    let least = total == 0 ? 0 : kept * managed / total
    let step = max(least / 4, managed / 1000)
    pages = (0..<4).map { least + $0 * step }
  }
}
