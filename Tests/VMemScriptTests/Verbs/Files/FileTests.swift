import Testing
import VMem
import VMemScript

/// Runs lines that must all be as expected, and returns what they print.
func expectedLines(_ script: String, boot: String) -> [String] {
  let result = run("boot \(boot)\n\(script)\ncheck\n")
  #expect(result.exit == .success, "\(script): \(result.messages)")
  return Array(result.lines.dropLast())
}

/// Files in memory: folios, sizes, seals, and mappings.
@Suite struct FileTests {
  private func lines(_ script: String, boot: String = "--memory 64M") -> [String] {
    expectedLines(script, boot: boot)
  }

  // MARK: Folios

  @Test func foliosAreAsLargeAsFits() {
    let rows = lines(
      """
      @f = file_open --size 44K --folio-order 3
      @readahead f 20K..24K
      @readahead f 36K..37K
      folios f
      """)
    let shapes = rows.map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
    #expect(shapes == ["0..8 folio order=3", "8..10 folio order=1", "10..11 hole"])
    for row in rows where row.contains("folio") {
      let first = UInt64(row.prefix { $0 != "." }) ?? 99
      let pfn = row.split(separator: " ").first { $0.hasPrefix("pfn=") }?.dropFirst(4) ?? ""
      let order = UInt64(row.contains("order=3") ? 3 : row.contains("order=1") ? 1 : 0)
      #expect((UInt64(pfn) ?? 1) % (1 << order) == first % (1 << order))
    }
  }

  @Test(arguments: [
    ("file_open --size 4K --folio-order 9", 0), ("file_open --size 4K --folio-order 10", 22),
    ("file_open --size 0x7fffffffffffffff", 0), ("file_open --size 0x8000000000000000", 27),
    ("file_open /nowhere/at/all", 2), ("file_open /proc", 21), ("file_open /dev/null", 22),
    ("file_open /proc/self/exe --readahead 4096", 0),
    ("file_open /proc/self/exe --readahead 8192", 22),
    ("file_open /proc/self/exe --readahead 3", 22), ("memfd_create --hugetlb --size 4M", 0),
    ("memfd_create --hugetlb --size 1M", 22), ("memfd_create --seals 0x1f", 0),
    ("memfd_create --seals 0x20", 22), ("memfd_create --seals 0x100", 22),
  ])
  func limitsOfMaking(_ line: String, _ errno: Int) {
    let answer = run(line + "\n") { $0.keepGoing = true }.lines
    let name = Errno(rawValue: UInt8(errno)).map { "-\($0.name)" }
    #expect(answer == [name].compactMap { $0 } || errno == 0 && answer[0].hasPrefix("0xffff8880"))
  }

  @Test func neitherNorBothIsRefused() {
    #expect(run("file_open\n").exit == .badScript)
    #expect(run("file_open /etc/passwd --size 4K\n").exit == .badScript)
  }

  @Test func meminfoCountsPagesOfFiles() {
    let rows = lines(
      """
      @f = file_open --size 64K
      @readahead f 0..16K
      @d = memfd_create --size 64K
      @fallocate d 0..8K
      meminfo
      """)
    #expect(
      rows.contains("Cached:               24 kB") && rows.contains("Shmem:                 8 kB"))
  }

  // MARK: Sizes

  @Test func readingEndsWithTheFile() {
    let rows = lines(
      """
      f = file_open --size 5
      pread f 0 100
      pread f 4 100
      pread f 5 1
      expect EINVAL pread f 0x8000000000000000 1
      pwrite f 4095 text:ab
      pread f 4094 10
      files
      ftruncate f 4096
      ftruncate f 8K
      pread f 4095 3
      expect EBADF pread 0x1000 0 1
      """)
    #expect(
      Array(rows.dropFirst()) == [
        "00 00 00 00 00", "00", "EOF", "-EINVAL", "2", "00 61 62",
        "\(rows[0]) ino=1 kind=anonymous size=4097 nrpages=2 folio_order=0 users=1", "0", "0",
        "61 00 00",
        "-EBADF",
      ])
  }

  @Test func sealsForbid() {
    let rows = lines(
      """
      @d = memfd_create --size 8K --seals shrink,grow
      expect EPERM ftruncate d 4K
      expect EPERM ftruncate d 12K
      ftruncate d 8K
      expect EPERM pwrite d 8191 text:ab
      pwrite d 8190 text:ab
      expect EPERM fallocate d 4K..12K
      memfd_add_seals d future_write
      expect EPERM pwrite d 0 text:a
      expect EPERM fallocate d 0..4K --punch-hole
      memfd_add_seals d seal
      expect EPERM memfd_add_seals d write
      memfd_get_seals d
      @f = file_open --size 8K
      expect EINVAL memfd_get_seals f
      expect EINVAL memfd_add_seals f shrink
      """)
    #expect(rows[10] == "-EPERM" && rows[11] == "23")
  }

  @Test func writeIsSealedWhenNobodyMayWrite() {
    _ = lines(
      """
      mm = mm_create
      switch_mm mm
      d = memfd_create --size 16K --seals none
      w = mmap mm 8K --file d --shared
      expect EBUSY memfd_add_seals d write
      munmap mm w 8K
      p = mmap mm 8K --file d --private
      write p text:mine
      memfd_add_seals d write
      expect EPERM mmap mm 4K --file d --shared
      r = mmap mm 8K --file d --shared --prot r
      pread d 0 4
      expect SIGSEGV write r 00
      """)
  }

  // MARK: Users

  /// What is mapped is one thing, and an offset is one into a file.
  @Test(arguments: [
    ("mmap m 4K --file f --device", "both --device and --file F"),
    ("mmap m 4K --anonymous --file f", "both --anonymous and --file F"),
    ("mmap m 4K --device --offset 4K", "--offset N without --file F"),
    ("mmap m 4K --offset 0", "--offset N without --file F"),
  ])
  func optionsThatRuleEachOtherOut(_ line: String, _ reason: String) {
    let transcript = run("@m = mm_create\n@f = file_open --size 4K\n\(line)\n")
    #expect(transcript.exit == .badScript)
    #expect(transcript.messages.contains("mmap: \(reason)"))
  }

  /// What a mapping is of, as maps has it.
  @Test func mapsNamesFiles() {
    let transcript = run(
      """
      @m = mm_create
      @f = file_open --size 4K
      @d = memfd_create --size 4K
      @a = mmap m 4K --file f --prot r
      @b = mmap m 4K --file d --shared
      @c = mmap m 4K --shared
      maps m
      """)
    let rows = transcript.lines.map { $0.split(separator: " ").dropFirst() }
    #expect(
      rows.map { $0.joined(separator: " ") } == [
        "rw-s 00000000 00:01 3 /dev/zero (deleted)",
        "rw-s 00000000 00:01 2 /memfd: (deleted)",
        "r--p 00000000 00:02 1 /file (deleted)",
      ])
  }

  @Test func userMappingsSeeTheFile() {
    let rows = lines(
      """
      @mm = mm_create
      @switch_mm mm
      f = file_open --size 10000
      @pwrite f 0 text:one
      @u = mmap mm 16K --file f --shared
      @v = mmap mm 8K --file f --offset 4K --private
      read u 3
      write u+4K text:two
      read v 3
      write v text:own
      pread f 4K 3
      expect SIGBUS read u+12K 1
      read u+9999 2
      ftruncate f 4K
      expect SIGBUS read u+4K 1
      expect SIGBUS read v 1
      close f
      read u 3
      files
      munmap mm u 16K
      munmap mm v 8K
      files
      """)
    #expect(
      Array(rows.dropFirst()) == [
        "6f 6e 65", "0", "74 77 6f", "0", "74 77 6f", "SIGBUS", "00 00", "0", "SIGBUS", "SIGBUS",
        "0", "6f 6e 65",
        "\(rows[0]) ino=1 kind=anonymous size=4096 nrpages=1 folio_order=0 users=2 closed", "0",
        "0",
      ])
  }

  @Test func mapsOfFilesAreChecked() {
    _ = lines(
      """
      @mm = mm_create
      @f = file_open --size 64K
      expect EINVAL mmap mm 4K --file f --offset 100
      expect EBADF mmap mm 4K --file 0x1000
      @h = memfd_create --hugetlb --size 4M
      expect EINVAL mmap mm 4K --file h
      expect EINVAL mmap mm 2M --file h --offset 4K
      w = mmap mm 2M --file h --offset 2M --shared
      """)
  }

  // MARK: Huge pages

  /// Struct pages 64 and up of a huge page are those of 0 to 63, and cannot be written.
  @Test(arguments: [4, 5])
  func structPagesAreShared(_ levels: Int) {
    let base = levels == 4 ? "0xffffea0000000000" : "0xffd4000000000000"
    let rows = lines(
      """
      @h = memfd_create --hugetlb --hvo --size 2M
      @fallocate h 0..2M
      folios h
      """, boot: "--memory 16M --levels \(levels)")
    let pfn = UInt64(rows[0].split(separator: "=")[2].prefix { $0.isNumber }) ?? 0
    let start = pfn * 64
    let shown = lines(
      """
      @h = memfd_create --hugetlb --hvo --size 2M
      @fallocate h 0..2M
      let tail = \(base)+\(start)
      compare tail tail+4K 4096
      compare tail tail+28K 4096
      write tail+48 ffffffff
      expect fault write tail+4144 ffffffff
      expect fault write tail+28K 00
      ftruncate h 0
      write tail+4144 ffffffff
      page_tables --range tail..tail+32K
      """, boot: "--memory 16M --levels \(levels)")
    #expect(shown.prefix(6) == ["0", "0", "0", "-EFAULT", "-EFAULT", "0"])
    #expect(!shown.contains { $0.contains(" ro ") })
  }

  /// What kills a 6.1 kernel: a user's entry for a page whose struct page is shared.
  @Test(arguments: ["6.1", "6.6", "6.12", "6.18"])
  func sharedStructPagesUnderABuffer(_ kernel: String) {
    let dies = kernel == "6.1" || kernel == "6.6"
    let rows = lines(
      """
      @h = memfd_create --hugetlb --hvo --size 2M --seals shrink
      @fallocate h 0..2M
      @u = udmabuf_create h 0 2M
      @mm = mm_create
      @switch_mm mm
      @v = mmap mm 2M --file u --shared
      read v+252K 1
      \(dies ? "expect bug " : "")read v+256K 1
      """, boot: "--memory 16M --kernel \(kernel) --without udmabuf_no_hugetlb")
    #expect(rows == ["00", dies ? "BUG" : "00"])
  }

  @Test func hugePagesRunOut() {
    let rows = lines(
      """
      h = memfd_create --hugetlb --size 64M
      expect ENOSPC fallocate h 0..64M
      expect EINVAL pwrite h 0 text:a
      pread h 0 4
      """, boot: "--memory 16M")
    #expect(rows.last == "00 00 00 00")
  }

  // MARK: vmap_file

  // MARK: Mapping into the kernel

  @Test func vmapFileNeedsAllPages() {
    let result = run(
      """
      f = file_open --size 64K
      readahead f 0..8K
      vmap_file f 4K..9K
      """)
    #expect(result.exit == .unexpectedError)
    #expect(result.messages.contains("page 2 of the file is not in memory"))
    _ = lines(
      """
      f = file_open --size 64K
      readahead f 0..8K
      a = vmap_file f 100..8191
      expect NULL vmap_file f 8K..8K
      expect NULL,warn vmap_file f 0..1 --flags flush_reset_perms
      c = expect warn vmap_file f 0..1 --flags no_guard,map --prot PAGE_KERNEL_RO
      expect fault write c 00
      """)
    let rows = lines(
      """
      @f = file_open --size 64K
      @pwrite f 5000 text:x
      @readahead f 0..64K
      @a = vmap_file f 4K..5001
      read a+904 1
      vmallocinfo
      vunmap a
      @b = expect warn vmap_file f 0..1 --flags no_guard
      """)
    #expect(rows[0] == "78" && rows[1].hasSuffix("    8192 vmemctl+0x0/0x0"))
  }

  /// What version 2 of the patch makes of holes, and of pages that are out.
  @Test func theRFCPassesOverHoles() {
    let rows = lines(
      """
      @f = file_open --size 64K
      @pwrite f 0 text:A
      @pwrite f 8K text:C
      @pwrite f 12K text:D
      @a = vmap_file f 0..12K --rfc
      read a 1
      read a+4K 1
      read a+8K 1
      expect fault read a+12K 1
      @b = vmap_file f 0..4095 --rfc
      expect fault read b+4K 1
      @c = vmap_file f 16K..32K --rfc
      expect fault read c 1
      """)
    #expect(rows == ["41", "43", "44", "-EFAULT", "-EFAULT", "-EFAULT"])
    // A hole at the start maps what lies before the folio in memory.
    let stray = lines(
      """
      @P = alloc_pages 1
      @write P[0] text:stray
      @f = file_open --size 64K
      @pwrite f 8K text:C
      folios f
      page P[0]
      @a = vmap_file f 4K..12K --rfc
      read a+4K 1
      vmalloc_to_pfn a
      vmalloc_to_pfn a+4K
      """)
    #expect(stray[4] == "43")
    #expect((UInt64(stray[5]) ?? 0) + 1 == UInt64(stray[6]) ?? 0)
  }
}
