/// The rules of mapping.
extension Rule {
  package static let mapping: [Rule] = [
    .outsideVmalloc, .noBlock, .moreThanHandedOut, .groupNotAligned, .groupOverlaps,
    .flushResetPerms, .noGuard, .noSparseAreas, .noVrealloc, .noVreallocAlign, .addressLessAligned,
    .copyOverruns, .notSparse, .morePagesThanRAM, .beforeAreaStart,
    .pastAreaEnd, .emptyRange, .unalignedUnmap, .notCanonical, .touchesDirectMap, .slotOccupied,
    .nullPage, .invalidFrame, .noTableMemory, .noTable, .leafInTheWay, .functionFailed,
    .frameHasStructPage, .noPhysicalAddress, .physicalIsRAM, .cacheConflict, .notIoremap,
    .notWholeArea, .neverEnds, .illegalPerCPU, .noPerCPUObject, .areaOfChunk, .listIsLonger,
    .endsAreRounded, .endIsMissed, .startIsRounded, .guardIsKept, .noRoomForFlags,
  ]

  package static let illegalPerCPU = Rule(
    "illegalPerCPU", "size", "align",
    says: "no per-CPU object has {size} bytes and the alignment {align}",
    hint: "1 to 32768 bytes, aligned to a power of two up to 4096")
  package static let noPerCPUObject = Rule(
    "noPerCPUObject", "address",
    says: "no per-CPU object starts at {address:hex}")
  package static let areaOfChunk = Rule(
    "areaOfChunk", "address",
    says: "the area at {address:hex} is part of a per-CPU chunk",
    hint: "pcpu_free gives objects back, and the last of them the chunk")

  package static let outsideVmalloc = Rule(
    "outsideVmalloc", "address",
    says: "address {address:hex} is outside the vmalloc window")
  package static let noBlock = Rule(
    "noBlock", "address",
    says: "no vm_map_ram block holds {address:hex}")
  package static let moreThanHandedOut = Rule(
    "moreThanHandedOut", "address", "given",
    says:
      "{given} pages given back at {address:hex} make the block's count full while some are in use")
  package static let groupNotAligned = Rule(
    "groupNotAligned", "offset", "size", "align",
    says: "offset {offset:hex} and size {size:hex} are not multiples of {align:hex}")
  package static let groupOverlaps = Rule(
    "groupOverlaps", "offset", "other",
    says: "the members at offsets {offset:hex} and {other:hex} overlap")
  package static let flushResetPerms = Rule(
    "flushResetPerms", "flags",
    says: "the area has VM_FLUSH_RESET_PERMS (flags {flags:hex})",
    hint: "sparse areas take neither flush_reset_perms nor no_guard")
  package static let noGuard = Rule(
    "noGuard", "flags",
    says: "the area has VM_NO_GUARD (flags {flags:hex})",
    hint: "sparse areas take neither flush_reset_perms nor no_guard")
  package static let noSparseAreas = Rule(
    "noSparseAreas",
    says: "this kernel has no sparse areas",
    hint: "boot with --with sparse")
  package static let noVrealloc = Rule(
    "noVrealloc",
    says: "this kernel has no vrealloc",
    hint: "boot with --with vrealloc")
  package static let noVreallocAlign = Rule(
    "noVreallocAlign",
    says: "this kernel's vrealloc has neither alignment nor node",
    hint: "boot with --with vrealloc_align")
  package static let addressLessAligned = Rule(
    "addressLessAligned", "address", "align",
    says: "{address:hex} has not the alignment {align:hex}")
  package static let copyOverruns = Rule(
    "copyOverruns", "address", "copied", "asked",
    says: "{copied} bytes are copied to {address:hex}, which was to have {asked}")
  package static let notSparse = Rule(
    "notSparse", "flags",
    says: "the area is not VM_SPARSE (flags {flags:hex})",
    hint: "make the area with --flags sparse")
  package static let morePagesThanRAM = Rule(
    "morePagesThanRAM", "pages", "most",
    says: "{pages} pages are more than the {most} of RAM")
  package static let beforeAreaStart = Rule(
    "beforeAreaStart", "start", "areaStart",
    says: "start {start:hex} is before the area's start {areaStart:hex}")
  package static let pastAreaEnd = Rule(
    "pastAreaEnd", "end", "areaEnd",
    says: "end {end:hex} is past the area's end {areaEnd:hex} (guard page excluded)",
    hint: "AREA.end is the last END that is accepted")
  package static let emptyRange = Rule(
    "emptyRange", "start", "end",
    says: "start {start:hex} is not below end {end:hex}",
    hint: "END is exclusive: one page is a..a+1p")
  package static let unalignedUnmap = Rule(
    "unalignedUnmap", "start", "end",
    says: "range {start:hex}..{end:hex} is not page aligned")
  package static let notCanonical = Rule(
    "notCanonical", "address",
    says: "address {address:hex} is not canonical")
  package static let touchesDirectMap = Rule(
    "touchesDirectMap", "start", "end",
    says: "range {start:hex}..{end:hex} reaches what boot mapped")
  package static let slotOccupied = Rule(
    "slotOccupied", "address", "entry",
    says: "the entry for {address:hex} is occupied ({entry:hex})",
    hint: "unmap it first; pages mapped before it by the same call stay mapped")
  package static let nullPage = Rule(
    "nullPage", "address", "position",
    says: "the page for {address:hex}, number {position} of the list, is null")
  package static let invalidFrame = Rule(
    "invalidFrame", "address", "pfn",
    says: "no struct page for frame {pfn}, to be mapped at {address:hex}")
  package static let noTableMemory = Rule(
    "noTableMemory", "address", "level",
    says: "no memory for the {level:level} table at {address:hex}")
  package static let noTable = Rule(
    "noTable", "address", "level",
    says: "no {level:level} table at {address:hex}",
    hint: "populate START..END builds the tables and leaves them empty")
  package static let leafInTheWay = Rule(
    "leafInTheWay", "address", "level",
    says: "a {level:level} leaf maps {address:hex}")
  package static let functionFailed = Rule(
    "functionFailed", "call",
    says: "the function failed at call {call}")
  package static let frameHasStructPage = Rule(
    "frameHasStructPage", "pfn",
    says: "frame {pfn} is RAM: it has a struct page")
  package static let noPhysicalAddress = Rule(
    "noPhysicalAddress", "address", "bits",
    says: "physical address {address:hex} needs more than {bits} bits")
  package static let physicalIsRAM = Rule(
    "physicalIsRAM", "first", "last",
    says: "{first:hex}..{last:hex} is RAM in use")
  package static let cacheConflict = Rule(
    "cacheConflict", "address", "mode",
    says: "another mapping of {address:hex} rules this cache mode out")
  package static let notIoremap = Rule(
    "notIoremap", "address",
    says: "no VM_IOREMAP area at {address:hex}")
  package static let notWholeArea = Rule(
    "notWholeArea", "start", "end",
    says: "the range is not the whole area {start:hex}..{end:hex}")
  package static let neverEnds = Rule(
    "neverEnds", "pages",
    says: "{pages:signed} pages, holes passed over, come to no end")
  package static let listIsLonger = Rule(
    "listIsLonger", "given", "taken",
    says: "the list has {given} pages and the range takes {taken}: those behind are not mapped",
    tellsWhatElse: true)
  package static let endsAreRounded = Rule(
    "endsAreRounded", "start", "end",
    says: "the ends are not page aligned: what is mapped is {start:hex}..{end:hex}",
    tellsWhatElse: true)
  package static let endIsMissed = Rule(
    "endIsMissed", "start", "end",
    says: "steps of a page from {start:hex} pass over END {end:hex}: the call goes on behind it",
    tellsWhatElse: true)
  package static let startIsRounded = Rule(
    "startIsRounded", "address", "start",
    says: "{address:hex} is not page aligned: what is changed starts at {start:hex}",
    tellsWhatElse: true)
  package static let noRoomForFlags = Rule(
    "noRoomForFlags", "flags",
    says: "the area's page array has an area of its own: of the flags {flags:hex} 32 bits are kept",
    tellsWhatElse: true)
  package static let guardIsKept = Rule(
    "guardIsKept", "flags",
    says: "VM_NO_GUARD (flags {flags:hex}) is dropped: the area has a guard page",
    tellsWhatElse: true)
}
