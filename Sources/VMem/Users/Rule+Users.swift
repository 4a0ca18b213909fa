/// The rules of user address spaces.
extension Rule {
  package static let users: [Rule] = [
    .noUserSpace, .userSpaceInUse, .zeroLength, .noUserRoom, .notUserRange, .tooManyMappings,
    .noUserMapping, .offsetWraps, .notUserMap, .pastAreaSize, .holeInArea, .noUserRight,
    .nothingBehind, .notMappedByUser, .mayNotGrow, .movesOntoItself, .mustMove, .userSpaceOfTask,
    .belowMinimum, .noCurrentSpace,
  ]

  package static let noUserSpace = Rule(
    "noUserSpace", "address",
    says: "no mm_struct at {address:hex}",
    hint: "`mm_create` makes one, `fork` a copy")
  package static let userSpaceInUse = Rule(
    "userSpaceInUse", "address", "cpu",
    says: "CPU {cpu} uses the address space")
  package static let zeroLength = Rule(
    "zeroLength",
    says: "0 bytes asked for")
  package static let noUserRoom = Rule(
    "noUserRoom", "bytes",
    says: "no room for {bytes:hex} bytes of user addresses")
  package static let notUserRange = Rule(
    "notUserRange", "size", "address", "end",
    says: "{size:hex} bytes at {address:hex} are not all user addresses, which end at {end:hex}")
  package static let tooManyMappings = Rule(
    "tooManyMappings", "most",
    says: "{most} mappings are the most")
  package static let noUserMapping = Rule(
    "noUserMapping", "address",
    says: "no user mapping at {address:hex} on this CPU",
    hint: "`switch_mm MM` makes a CPU use an address space, `mmap MM LEN` maps")
  package static let offsetWraps = Rule(
    "offsetWraps", "pages",
    says: "an offset of {pages:hex} pages is more than 64 bits of bytes")
  package static let notUserMap = Rule(
    "notUserMap", "flags",
    says: "the area is neither VM_USERMAP nor VM_DMA_COHERENT (flags {flags:hex})",
    hint: "allocate with vmalloc_user, or with --flags usermap")
  package static let pastAreaSize = Rule(
    "pastAreaSize", "end", "size",
    says: "the mapping ends {end:hex} behind the area's start, which has {size:hex} bytes")
  package static let holeInArea = Rule(
    "holeInArea", "address",
    says: "no page is mapped at {address:hex}")
  package static let noUserRight = Rule(
    "noUserRight", "address", "flags",
    says: "the mapping of {address:hex} does not allow it (flags {flags:hex})")
  package static let nothingBehind = Rule(
    "nothingBehind", "address",
    says: "nothing is behind {address:hex}: no page has been inserted")
  package static let notMappedByUser = Rule(
    "notMappedByUser", "address",
    says: "nothing is mapped at {address:hex}",
    hint: "`maps MM` shows what is mapped")
  package static let mayNotGrow = Rule(
    "mayNotGrow", "address", "flags",
    says: "the mapping of {address:hex} may not grow (flags {flags:hex})")
  package static let movesOntoItself = Rule(
    "movesOntoItself", "address", "to",
    says: "the range at {address:hex} and its new place at {to:hex} overlap")
  package static let mustMove = Rule(
    "mustMove", "to",
    says: "only what may move goes to {to:hex}",
    hint: "add --maymove")
  package static let userSpaceOfTask = Rule(
    "userSpaceOfTask", "address", "pid",
    says: "the task with pid {pid} has the address space",
    hint: "`task NAME --mm 0` takes it away")
  package static let belowMinimum = Rule(
    "belowMinimum", "address", "lowest",
    says: "address {address:hex} is below mmap_min_addr, {lowest:hex}")
  package static let noCurrentSpace = Rule(
    "noCurrentSpace", "cpu",
    says: "CPU {cpu} uses no user address space",
    hint: "`switch_mm MM` makes a CPU use one, and --mm MM names one")
}
