internal import Glibc

/// The rules of files and buffers.
extension Rule {
  package static let files: [Rule] = [
    .offsetNotAligned, .noFile, .hostFile, .pathTooLong, .readAheadWindow, .folioOrderTooHigh,
    .fileTooLarge, .offsetTooLarge, .hugetlbWrite, .notWholeHugePages, .hostFileHoles,
    .noHugePage, .pageNotResident, .behindFileEnd, .notMemfd, .noSuchSeal, .sealed,
    .writableMapping, .pagePinned, .tooManyItems, .itemNotAligned, .bufferTooLarge, .noMemfd,
    .hugeMemfd,
    .notInt, .tooManyDescriptors, .sealsForbid, .noBuffer, .noBufferMap, .bufferNotMapped,
    .bufferMapped, .syncFlags, .noSyncTable, .bufferNotShared, .sharedStructPage,
  ]

  package static let offsetNotAligned = Rule(
    "offsetNotAligned", "offset",
    says: "offset {offset:hex} is not a whole number of pages")
  package static let noFile = Rule(
    "noFile", "address",
    says: "no open file at {address:hex}",
    hint: """
      `files` shows what there is, and what is closed; `file_open` and `memfd_create` make \
      one
      """)
  package static let hostFile = Rule(
    "hostFile", "offset", "error",
    unbound: "the host refuses, or its file has become shorter",
    says: {
      $0["error"] == 0
        ? "the host's file has become shorter: it ends in or before the page at byte \($0["offset"])"
        : $0["error"] == UInt64(ELOOP)
          ? "its path leads through a symbolic link by now: nothing is written there"
          : "the host says: \(systemMessage(Int32(truncatingIfNeeded: $0["error"])))"
    })
  package static let pathTooLong = Rule(
    "pathTooLong", "length",
    says: "a path of {length} bytes; 4095 are the most")
  package static let readAheadWindow = Rule(
    "readAheadWindow", "pages",
    says: "{pages} pages are no power of two up to 4096")
  package static let folioOrderTooHigh = Rule(
    "folioOrderTooHigh", "order",
    says: "order {order} is above the highest of a folio, 9")
  package static let fileTooLarge = Rule(
    "fileTooLarge", "size",
    says: "byte {size:hex} is behind the last a file can have, 2^63-1")
  package static let offsetTooLarge = Rule(
    "offsetTooLarge", "offset",
    says: "offset {offset:hex} is negative")
  package static let hugetlbWrite = Rule(
    "hugetlbWrite",
    says: "files of huge pages are written by mapping them")
  package static let notWholeHugePages = Rule(
    "notWholeHugePages", "size",
    says: "{size:hex} is not of whole huge pages",
    hint: "multiples of 2M")
  package static let hostFileHoles = Rule(
    "hostFileHoles",
    says: "files of the host have no fallocate here")
  package static let noHugePage = Rule(
    "noHugePage",
    says: "no huge page is free")
  package static let pageNotResident = Rule(
    "pageNotResident", "page",
    says: "page {page} of the file is not in memory",
    hint: "`readahead F START..END`, or `fallocate`, brings pages in")
  package static let behindFileEnd = Rule(
    "behindFileEnd", "page", "size",
    says: "page {page} is behind the end, which is at byte {size}")
  package static let notMemfd = Rule(
    "notMemfd", "address",
    says: "the file at {address:hex} is no memfd: it has no seals")
  package static let noSuchSeal = Rule(
    "noSuchSeal", "seals",
    says: "seals {seals:hex} are not all known")
  package static let sealed = Rule(
    "sealed", "seals",
    unbound: "the seals of the memfd forbid it",
    says: {
      let seals = Seals(rawValue: UInt8(truncatingIfNeeded: $0["seals"]))
      return seals == .seal
        ? "F_SEAL_SEAL forbids any more seals; a memfd made without --seals has it"
        : "the seals forbid it: \(seals.text)"
    })
  package static let writableMapping = Rule(
    "writableMapping", "count",
    says: "{count} shared mappings may write the file")
  package static let pagePinned = Rule(
    "pagePinned", "page",
    says: "page {page} of the file is pinned")
  package static let tooManyItems = Rule(
    "tooManyItems", "items", "most",
    says: "{items} items are more than list_limit, {most}",
    hint: "`udmabuf_limits` shows and sets the limits")
  package static let itemNotAligned = Rule(
    "itemNotAligned", "offset", "size",
    says: "offset {offset:hex} and size {size:hex} are not of whole pages")
  package static let bufferTooLarge = Rule(
    "bufferTooLarge", "pages", "most",
    says: "{pages} pages are more than size_limit_mb, {most}",
    hint: "`udmabuf_limits` shows and sets the limits")
  package static let noMemfd = Rule(
    "noMemfd", "address",
    says: "no memfd at {address:hex}",
    hint: "`memfd_create` makes one")
  package static let hugeMemfd = Rule(
    "hugeMemfd", "address",
    says: "the memfd at {address:hex} has huge pages, which this kernel's udmabuf refuses",
    hint: "boot with --without udmabuf_no_hugetlb")
  package static let notInt = Rule(
    "notInt", "value",
    says: "{value:signed} is no int of 32 bits")
  package static let tooManyDescriptors = Rule(
    "tooManyDescriptors", "count",
    says: "the file has {count} descriptors already")
  package static let sealsForbid = Rule(
    "sealsForbid", "seals",
    unbound: "the memfd has not the seal shrink, or has write or future_write",
    says: {
      let seals = Seals(rawValue: UInt8(truncatingIfNeeded: $0["seals"]))
      return "a buffer needs the seal shrink and neither write nor future_write; the memfd has "
        + (seals.isEmpty ? "none" : seals.text)
    },
    hint: "`memfd_create --seals shrink` makes one that serves")
  package static let noBuffer = Rule(
    "noBuffer", "address",
    says: "no dma-buf at {address:hex}",
    hint: "`dmabufs` shows what there is, and what is closed; `udmabuf_create` makes one")
  package static let noBufferMap = Rule(
    "noBufferMap",
    says: "this kernel's udmabuf cannot be mapped into the kernel",
    hint: "boot with --with udmabuf_vmap")
  package static let bufferNotMapped = Rule(
    "bufferNotMapped", "address",
    says: "the buffer at {address:hex} is not mapped",
    hint: "`udmabuf_vmap` maps it")
  package static let bufferMapped = Rule(
    "bufferMapped", "address", "mapped",
    says: "the buffer at {address:hex} is still mapped into the kernel, at {mapped:hex}",
    hint: "`udmabuf_vunmap` takes the mapping away")
  package static let syncFlags = Rule(
    "syncFlags", "flags",
    says: "flags {flags:hex} are not read (1), write (2) and end (4)")
  package static let noSyncTable = Rule(
    "noSyncTable",
    says: "an end before the first start")
  package static let bufferNotShared = Rule(
    "bufferNotShared",
    says: "buffers are mapped shared",
    hint: "add --shared")
  package static let sharedStructPage = Rule(
    "sharedStructPage", "pfn",
    says: "the struct page of frame {pfn} is shared and read-only (HVO)")
}
