/// The rules of areas and their addresses.
extension Rule {
  package static let areas: [Rule] = [
    .sizeRoundsToZero, .sizeWraps, .alignmentNotPowerOfTwo, .noHole, .holePastRangeEnd,
    .noDescriptor,
    .noAreaAtAddress, .notAreaStart, .addressNotAligned, .inInterrupt, .hasNotifier, .noNotifier,
    .onlyAfterPurge,
  ]

  package static let sizeRoundsToZero = Rule(
    "sizeRoundsToZero", "size",
    says: "size {size} is 0 when rounded up to pages")
  package static let sizeWraps = Rule(
    "sizeWraps", "size",
    says: "size {size:hex} wraps to 0 with its guard page")
  package static let alignmentNotPowerOfTwo = Rule(
    "alignmentNotPowerOfTwo", "alignment",
    says: "alignment {alignment:hex} is not a power of two",
    hint: "1, 4K, 2M …")
  package static let noHole = Rule(
    "noHole", "size", "align",
    says: "no hole of {size:hex} bytes (guard page included) at alignment {align:hex}")
  package static let holePastRangeEnd = Rule(
    "holePastRangeEnd", "size", "start", "end",
    says: "no hole of {size:hex} bytes (guard page included) in {start:hex}..{end:hex}")
  package static let noDescriptor = Rule(
    "noDescriptor",
    says: "no memory for a descriptor")
  package static let noAreaAtAddress = Rule(
    "noAreaAtAddress", "address",
    says: "no area at {address:hex}")
  package static let notAreaStart = Rule(
    "notAreaStart", "address", "start",
    says: "{address:hex} lies inside the area that starts at {start:hex}")
  package static let addressNotAligned = Rule(
    "addressNotAligned", "address",
    says: "address {address:hex} is not page aligned")
  package static let inInterrupt = Rule(
    "inInterrupt",
    says: "called in an interrupt",
    hint: "`context process` leaves the interrupt")
  package static let hasNotifier = Rule(
    "hasNotifier", "start",
    says: "the area at {start:hex} has a purge notifier")
  package static let noNotifier = Rule(
    "noNotifier", "start",
    says: "the area at {start:hex} has no purge notifier")
  package static let onlyAfterPurge = Rule(
    "onlyAfterPurge", "size",
    says: "a kernel purges first: as it stands, no hole has a place for {size:hex} bytes",
    tellsWhatElse: true)
}
