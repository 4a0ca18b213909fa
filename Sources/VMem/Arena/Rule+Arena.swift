/// The rules of arenas.
extension Rule {
  package static let arena: [Rule] = [
    .arenaPageMapped, .nullAddress, .noArena, .arenaElements, .arenaFlags, .arenaTooLarge,
    .crossesWindow,
    .noSuchFlags, .arenaPages, .pastArena, .pastArenaPages, .arenaPagesTaken, .noArenaRun,
    .noArenaReserve, .belongsToArena, .arenaFaults, .arenaPoisoned, .arenaLocked, .arenaFreeWaits,
    .arenaListDangles, .arenaNotMapped, .countIsLonger, .arenaOffset, .arenaLength,
    .arenaElsewhere, .arenaFrozen, .arenaWritable, .arenaStaysWhole, .neverExecutable,
    .neverPrivate, .userRangeTaken,
  ]

  package static let arenaPageMapped = Rule(
    "arenaPageMapped", "address", "entry",
    says:
      "the entry for {address:hex} is occupied ({entry:hex}); what the call had mapped before is unmapped"
  )
  package static let nullAddress = Rule(
    "nullAddress",
    says: "address NULL")
  package static let noArena = Rule(
    "noArena", "address",
    says: "no arena at {address:hex}",
    hint: "`arena_create` makes one")
  package static let arenaElements = Rule(
    "arenaElements", "keySize", "valueSize",
    says: "key size {keySize} and value size {valueSize}: an arena has no elements")
  package static let arenaFlags = Rule(
    "arenaFlags", "flags",
    says: "flags {flags:hex}: an arena has 0x400 (BPF_F_MMAPABLE), and takes 0x20000 and 0x40000")
  package static let arenaTooLarge = Rule(
    "arenaTooLarge", "pages", "most",
    says: "{pages} pages are more than 4 GiB, which are {most}")
  package static let crossesWindow = Rule(
    "crossesWindow", "address", "size",
    says: "{size:hex} bytes at {address:hex} cross a multiple of 4 GiB")
  package static let noSuchFlags = Rule(
    "noSuchFlags", "flags",
    says: "flags {flags:hex} are not known")
  package static let arenaPages = Rule(
    "arenaPages", "pages", "most",
    says: "{pages} pages are more than the {most} that have user addresses",
    hint: "`arena_mmap ARENA` gives it user addresses, and so does --map-extra")
  package static let pastArena = Rule(
    "pastArena", "start", "end",
    says: "{start:hex} is past the arena's end {end:hex}")
  package static let pastArenaPages = Rule(
    "pastArenaPages", "end", "pages",
    unbound: "the pages end behind the last of the arena",
    says: {
      "the pages end with number \($0["end"] &- 1), the arena's with \($0["pages"] &- 1)"
    })
  package static let arenaPagesTaken = Rule(
    "arenaPagesTaken", "address",
    says: "not all pages at {address:hex} are free")
  package static let noArenaRun = Rule(
    "noArenaRun", "pages",
    says: "no run of {pages} free pages")
  package static let noArenaReserve = Rule(
    "noArenaReserve",
    says: "this kernel has no bpf_arena_reserve_pages",
    hint: "boot with --with arena_reserve")
  package static let belongsToArena = Rule(
    "belongsToArena", "address", "arena",
    says: "{address:hex} is in the area of the arena at {arena:hex}",
    hint: "pages of arenas come and go by arena_ verbs")
  package static let arenaFaults = Rule(
    "arenaFaults", "address",
    says: "no page at {address:hex}, and the arena has BPF_F_SEGV_ON_FAULT")
  package static let arenaPoisoned = Rule(
    "arenaPoisoned", "address",
    says: "a helper has missed the page at {address:hex}: the scratch page is there")
  package static let arenaLocked = Rule(
    "arenaLocked", "cpu",
    says: "CPU {cpu} has the arena's lock",
    hint: "`step CPU` does its next part")
  package static let arenaFreeWaits = Rule(
    "arenaFreeWaits", "cpu",
    says: "the pages go when CPU {cpu} drops the arena's lock",
    tellsWhatElse: true)
  package static let arenaListDangles = Rule(
    "arenaListDangles", "arena", "start", "end",
    says: """
      the mapping at {start:hex} was copied or cut from one that is gone, which the list \
      of the arena at {arena:hex} still names
      """,
    hint: "`munmap` what is left of it; --with arena_whole an arena is neither copied nor cut")
  package static let arenaNotMapped = Rule(
    "arenaNotMapped", "arena", "mm",
    says: "the address space at {mm:hex} does not map the arena at {arena:hex}",
    hint: "`arena_mmap ARENA --mm MM` maps it, `maps MM` shows what is mapped")
  package static let countIsLonger = Rule(
    "countIsLonger", "count", "low",
    says: "the function takes 32 bits: {count} pages are {low}",
    tellsWhatElse: true)
  package static let arenaOffset = Rule(
    "arenaOffset", "page",
    says: "page {page} of a map that is mapped from page 0 on")
  package static let arenaLength = Rule(
    "arenaLength", "pages", "arenaPages",
    says: "{pages} pages, but the arena has {arenaPages}")
  package static let arenaElsewhere = Rule(
    "arenaElsewhere", "address", "arena",
    says: "{address:hex} is not where the arena is, at {arena:hex}",
    hint: "map it there: --at ADDR")
  package static let arenaFrozen = Rule(
    "arenaFrozen",
    says: "the map is frozen")
  package static let arenaWritable = Rule(
    "arenaWritable",
    says: "the map has been mapped writable")
  package static let arenaStaysWhole = Rule(
    "arenaStaysWhole", "address",
    says: "the mapping of an arena at {address:hex} is not cut or moved")
  package static let neverExecutable = Rule(
    "neverExecutable",
    says: "the file is on a filesystem that is mounted noexec")
  package static let neverPrivate = Rule(
    "neverPrivate",
    says: "a map is mapped shared, or not at all")
  package static let userRangeTaken = Rule(
    "userRangeTaken", "start", "end",
    says: "there is a mapping in {start:hex}..{end:hex}")
}
