/// A number of bytes in the largest unit it fills, as pictures and maps show it: `68 KiB`,
/// `31.9 TiB`. One digit behind the point, cut off, so that it never says more than there is.
struct ByteSize: CustomStringConvertible {
  let bytes: UInt64

  init(_ bytes: UInt64) { self.bytes = bytes }

  /// The bytes of a range that both ends belong to; all 2^64 of them count as one less.
  init(from start: UInt64, through last: UInt64) {
    let distance = last &- start
    bytes = distance == .max ? .max : distance + 1
  }

  var description: String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    let at = max(0, (63 - bytes.leadingZeroBitCount) / 10)
    let shift = UInt64(10 * at)
    let (whole, rest) = (bytes >> shift, bytes & (1 << shift - 1))
    // At most 60 bits are cut away, of which the upper ones decide.
    let tenths = shift > 50 ? ((rest >> 10) * 10) >> (shift - 10) : (rest * 10) >> shift
    return rest == 0 ? "\(whole) \(units[at])" : "\(whole).\(tenths) \(units[at])"
  }
}
