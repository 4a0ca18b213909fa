internal import VMem

/// What the verbs of files take.
extension Parameter {
  static let hostFile = Parameter(
    id: 74, .word, "HOSTFILE", "a file of this computer; read on demand, and written only by fsync")
  static let hostPaths = Parameter(
    id: 75, option: "--host-paths", .flag,
    "write also to a path that came with an image made elsewhere, or with a copy")
  static let fileSize = Parameter(
    id: 76, option: "--size", .number, "N", "bytes of zeroes")
  static let folioOrder = Parameter(
    id: 77, option: "--folio-order", .number, "K", "largest folio: 2^K pages, 0 to 9 (default 0)")
  static let readAhead = Parameter(
    id: 78, option: "--readahead", .number, "N",
    "pages that are read in together, a power of two up to 4096 (default 32)")
  static let openFile = Parameter(
    id: 79, .address, "F", "a file, as file_open or memfd_create returns it")
  static let fileOrBuffer = Parameter(
    id: 80, .address, "F|U", "a file or a udmabuf")
  static let seals = Parameter(
    id: 81, .flagWords, "SEALS",
    "words joined with commas, or a number: seal shrink grow write future_write",
    words: { Seals.words.map { ($0.name, UInt64($0.seal.rawValue)) } })
  static let addedSeals = Parameter(
    id: 82, option: "--seals", .flagWords, "SEALS",
    "allow sealing, and add these seals: shrink,grow … or none",
    words: { Seals.words.map { ($0.name, UInt64($0.seal.rawValue)) } })
  static let huge = Parameter(
    id: 83, option: "--hugetlb", .flag, "of huge pages of 2 MiB (MFD_HUGETLB)")
  static let optimized = Parameter(
    id: 84, option: "--hvo", .flag,
    "struct pages of a huge page share one page (hugetlb_free_vmemmap=on)")
  static let fileRange = Parameter(
    id: 86, .range, "START..END", "bytes from START up to, not including, END; or START..+LENGTH")
  static let punchesHole = Parameter(
    id: 87, option: "--punch-hole", .flag,
    "give the memory back: the range reads as zeroes (FALLOC_FL_PUNCH_HOLE)")
  static let rfc = Parameter(
    id: 88, option: "--rfc", .flag,
    "as version 2 of the patch does it: END is the last byte, and holes are passed over")
}
