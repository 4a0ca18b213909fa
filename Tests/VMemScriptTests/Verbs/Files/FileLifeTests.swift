import Testing
import VMemScript

@testable import VMem

/// When files and their pages come and go.
@Suite struct FileLifeTests {
  /// A closed file that is still mapped is nobody's to use, and goes with its mapping.
  @Test func closedFilesAreOnlyMapped() {
    let rows = expectedLines(
      """
      @m = memfd_create --size 64K --seals shrink
      @u = udmabuf_create m 0 8K
      @mm = mm_create
      @switch_mm mm
      @x = mmap mm 8K --file m --shared
      @y = mmap mm 8K --file u --shared
      @write x 01
      let M = m
      let U = u
      close m
      close u
      expect EBADF close M
      expect EBADF close U
      expect EBADF pwrite M 0 text:a
      expect EBADF ftruncate M 4K
      expect EBADF mmap mm 4K --file M
      expect EBADF mmap mm 4K --file U --shared
      expect EBADFD udmabuf_create M 0 4K
      expect EINVAL udmabuf_vmap U
      read y 1
      check
      munmap mm x 8K
      munmap mm y 8K
      @files
      @dmabufs
      """, boot: "--memory 64M")
    #expect(rows.contains("01") && rows.contains("0"))
    #expect(rows.filter { $0.hasPrefix("-E") }.count == 8)
  }

  /// What a call that fails has added goes again; of huge pages it stays.
  @Test(arguments: [("memfd_create", "ENOMEM", 0), ("memfd_create --hugetlb", "ENOSPC", 1)])
  func fallocateWithoutMemory(_ make: String, _ errno: String, _ left: Int) {
    let rows = expectedLines(
      """
      @m = \(make)
      expect \(errno) fallocate m 0..1G
      files
      @fallocate m 0..2M
      """, boot: "--memory 16M")
    #expect(rows[1].contains(" nrpages=0 ") == (left == 0))
    #expect(rows[1].contains(" size=0 "))
  }

  // MARK: Buffers

  /// From 6.12 on a range that is not all inside the file allocates nothing; before, its pages came one
  /// by one.
  @Test(arguments: [("6.6", 1024), ("6.12", 0), ("6.18", 0)])
  func rangesBehindTheEndOfAMemfd(_ kernel: String, _ pages: Int) {
    let rows = expectedLines(
      """
      @m = memfd_create --size 4M --seals shrink
      expect EINVAL udmabuf_create m 0 8M
      files
      """, boot: "--memory 64M --kernel \(kernel)")
    #expect(rows[1].contains(" nrpages=\(pages) "))
    // The last byte of the range counts, not its last page.
    let answer = kernel == "6.6" ? "" : "expect EINVAL "
    _ = expectedLines(
      """
      @m = memfd_create --size 4097 --seals shrink
      @\(answer)udmabuf_create m 0 8K
      @udmabuf_create m 0 4K
      """, boot: "--memory 64M --kernel \(kernel)")
  }

  @Test func aBufferThatIsMappedIntoTheKernelIsNotReleased() {
    let rows = expectedLines(
      """
      @m = memfd_create --size 64K --seals shrink
      @u = udmabuf_create m 0 8K
      @udmabuf_vmap u
      expect bug close u
      @mm = mm_create
      @x = mmap mm 8K --file u --shared
      close u
      munmap mm x 8K
      @dmabufs
      check
      """, boot: "--memory 64M")
    #expect(rows == ["BUG", "0", "0", "0"])
  }

  @Test func itemsAreExpressions() {
    let rows = expectedLines(
      """
      @m = memfd_create --size 64K --seals shrink
      @u = udmabuf_create_list m:64K-4K:4K m:4K+4K:8K
      dmabufs
      """, boot: "--memory 64M")
    #expect(rows[0].contains(" size=12288 "))
    for item in ["m", "m:0", "m:0:4K:1", "m::4K", ":0:4K", "m:0:", "m:0:4K,"] {
      #expect(run("@m = memfd_create --size 64K\nudmabuf_create_list \(item)\n").exit == .badScript)
    }
  }

  @Test(arguments: [
    ("--list -1", "list_limit=-1 size_limit_mb=64"),
    ("--size-mb 2147483647", "list_limit=1024 size_limit_mb=2147483647"),
    ("--list -2147483648", "list_limit=-2147483648 size_limit_mb=64"),
    ("--size-mb 2147483648", "-ERANGE"), ("--list -2147483649", "-ERANGE"),
    ("--size-mb 99999999999", "-ERANGE"),
  ])
  func limitsAreInts(_ limit: String, _ answer: String) {
    #expect(run("udmabuf_limits \(limit)\n") { $0.keepGoing = true }.lines == [answer])
  }

  /// References of a tail page whose struct page is shared cannot be counted.
  @Test func tailsWithSharedStructPagesTakeNoReferences() {
    let rows = expectedLines(
      """
      @h = memfd_create --size 2M --hugetlb --hvo
      @fallocate h 0..2M
      get_page pfn:575
      put_page pfn:575
      expect bug get_page pfn:576
      expect bug put_page pfn:1023
      """, boot: "--memory 64M")
    #expect(rows == ["0", "0", "BUG", "BUG"])
  }

  /// Struct pages are shared whatever rights other pages have got.
  @Test func sharedStructPagesBesideChangedRights() {
    _ = expectedLines(
      """
      @h = memfd_create --size 2M --hugetlb --hvo
      @P = alloc_pages 1
      @set_memory_ro P[0] 1
      @readahead h 0..2M
      check
      @close h
      """, boot: "--memory 64M")
  }

  /// What a file or a buffer holds is not given away by who has no reference.
  @Test func pagesOfFilesAndBuffersAreTheirs() {
    let rows = expectedLines(
      """
      P = alloc_pages 6
      @d = memfd_create --size 64K --seals shrink
      free_pages P[0..3]
      @pwrite d 4K text:hello
      expect bug free_pages P[2..5]
      @u = udmabuf_create_list d:0:8K d:0:4K
      @x = mm_create
      folios d
      """, boot: "--memory 24M")
    let pfn = rows.first { $0.hasPrefix("0..1 folio") }!.split(separator: " ")
      .first { $0.hasPrefix("pfn=") }!.dropFirst(4)
    _ = expectedLines(
      """
      P = alloc_pages 6
      @d = memfd_create --size 64K --seals shrink
      @free_pages P[0..3]
      @pwrite d 4K text:hello
      @u = udmabuf_create_list d:0:8K d:0:4K
      expect bug put_page pfn:\(pfn)
      @get_page pfn:\(pfn)
      @put_page pfn:\(pfn)
      @close d
      expect bug put_page pfn:\(pfn)
      @get_page pfn:\(pfn)
      @put_page pfn:\(pfn)
      @close u
      expect bug put_page pfn:\(pfn)
      """, boot: "--memory 24M")
  }

  /// Each place complains for itself.
  @Test func placesThatWarnOnceAreTold() {
    #expect(WarnOnce.allCases.count <= 32)
    let rows = expectedLines(
      """
      @P = alloc_pages 1
      @pks_protect P
      @pks_mode relaxed
      @expect warn read P[0] 1
      @f = file_open --size 64K
      @readahead f 0..64K
      @expect NULL,warn vmap_file f 0..64K --flags flush_reset_perms
      @expect NULL,warn vmap_file f 0..64K --flags flush_reset_perms
      dmesg
      """, boot: "--memory 64M --with pks")
    #expect(rows.filter { $0.contains("vmap_file") }.count == 1)
    #expect(rows.filter { $0.contains("pgmap") || $0.contains("protection") }.count >= 1)
  }
}
