internal import VMem

/// Parameters of several subsystems.
extension Parameter {
  static let cpus = Parameter(
    id: 1, option: "--cpus", .number, "N", "CPUs, 1 to 64 (default 1)")
  static let seed = Parameter(
    id: 8, option: "--seed", .number, "N", "seed of everything random (default 1)")
  static let file = Parameter(
    id: 13, .word, "FILE", "a file; for kcore, vmcore and memory - is standard output")
  static let node = Parameter(
    id: 18, option: "--node", .number, "N", "NUMA node to allocate from, -1 for any (default any)")
  static let pages = Parameter(
    id: 21, .pages, "PAGES", "a list of pages: P, P[3], P[0..2], P[2..0], P[0..8/2], null, pfn:5")
  static let page = Parameter(
    id: 22, .page, "PAGE", "one page: P[3] or pfn:5")
  static let size = Parameter(
    id: 23, .number, "SIZE", "bytes; the kernel rounds up to pages")
  static let flags = Parameter(
    id: 24, option: "--flags", .flagWords, "F",
    """
    VM_* words joined with commas or |, or a number: ioremap alloc map usermap dma_coherent \
    uninitialized no_guard flush_reset_perms map_put_pages allow_huge_vmap sparse (default none)
    """, words: { VMFlags.words }, width: .kept)
  static let align = Parameter(
    id: 25, option: "--align", .number, "N", "alignment of the address in bytes (default 1)")
  static let searchRange = Parameter(
    id: 26, option: "--range", .range, "S..E|modules", "search here instead of the vmalloc window")
  static let caller = Parameter(
    id: 28, option: "--caller", .word, "SYMBOL[+0xOFF/0xSIZE]",
    "what vmallocinfo names as caller (default vmemctl+0x0/0x0; of stacks, what a kernel has)")
  static let address = Parameter(
    id: 29, .address, "ADDR", "an address: a number, a name, a+4K, P[3]")
  static let area = Parameter(
    id: 30, .address, "AREA", "the area, by the address of its first byte")
  static let range = Parameter(
    id: 33, .range, "START..END",
    "addresses from START up to, not including, END; or START..+LENGTH")
  static let byName = Parameter(
    id: 36, option: "--name", .flag, "print P[3] or pfn:N instead of the struct page's address")
  static let length = Parameter(
    id: 38, .number, "LEN", "bytes")
  static let bytes = Parameter(
    id: 39, .bytes, "BYTES", "deadbeef (hexadecimal), text:hello, or @FILE")
  static let mapCount = Parameter(
    id: 46, option: "--count", .number, "N", "pages to map (default: as many as the list has)")
  static let byteOffset = Parameter(
    id: 85, .address, "OFFSET", "bytes from the beginning")
  static let hint = Parameter(
    id: 108, option: "--at", .address, "ADDR",
    "where it should be; another place is found where that is not free")
  static let fixed = Parameter(
    id: 109, option: "--fixed", .flag, "exactly there: what is mapped there goes (MAP_FIXED)")
  static let isPrivate = Parameter(
    id: 111, option: "--private", .flag,
    "writes are the program's alone (MAP_PRIVATE; mmap does so, but for --device)")
}
