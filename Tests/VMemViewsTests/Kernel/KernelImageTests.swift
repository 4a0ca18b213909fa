import TestSupport
import Testing
import VMem

@testable import VMemViews

/// The types and the symbols of the kernel's image, and the file that carries them.
@Suite struct KernelImageTests {
  private static func configuration(_ kernel: KernelVersion, levels: Int = 4) -> Configuration {
    var configuration = Configuration()
    configuration.memory = 16 << 20
    configuration.kernel = kernel
    configuration.switches = kernel.switches
    configuration.levels = levels
    return configuration
  }

  /// Debug information has page flags and types as the kernel has them.
  @Test(
    arguments: [
      (.v6_1, nil, 21, 22), (.v6_6, nil, 21, 23), (.v6_12, 0xf5, 19, 21), (.v7_3, 0xf5, 20, 22),
    ] as [(KernelVersion, Int?, Int, Int)])
  func pageFlagsAndTypes(_ kernel: KernelVersion, _ slab: Int?, _ mlocked: Int, _ count: Int) {
    let table = KernelImage(Self.configuration(kernel)).table
    #expect(table.constant("PGTY_slab") == slab)
    #expect(table.constant("PGTY_mapcount_underflow") == slab.map { _ in 255 })
    #expect((table.constant("PGTY_large_kmalloc") != nil) == (kernel >= .v6_18))
    #expect(table.constant("PG_mlocked") == mlocked)
    #expect(table.constant("__NR_PAGEFLAGS") == count)
    #expect(table.constant("PG_swapcache") == 10)
    let exclusive = kernel < .v6_12 ? 17 : 11
    #expect(table.constant("PG_anon_exclusive") == exclusive)
    #expect(table.constant("PG_mappedtodisk") == exclusive)
  }

  /// Members lie one behind the other, as their sizes and alignments have it.
  @Test(arguments: KernelVersion.allCases, [4, 5])
  func everyStructureHasRoomForItsMembers(_ kernel: KernelVersion, levels: Int) {
    let table = KernelImage(Self.configuration(kernel, levels: levels)).table
    for type in table.types {
      guard case .structure(let isUnion, let members, true) = type.kind else { continue }
      var end = 0
      for member in members {
        let kind = table.types[member.type]
        #expect(member.offset % kind.alignment == 0, "\(type.name).\(member.name)")
        if isUnion { #expect(member.offset == 0) }
        if !isUnion, member.bits == nil { #expect(member.offset >= end) }
        end = isUnion ? max(end, kind.size) : member.offset + kind.size
        if let bits = member.bits { #expect(bits.upperBound <= kind.size * 8) }
      }
      #expect(type.size >= end && type.size % type.alignment == 0, "\(type.name)")
    }
    #expect(table.size("struct page") == 64)
    #expect(table.size("struct maple_node") == 256)
    #expect(table.size("struct mem_section") == 16)
    #expect(table.field("struct page", "_refcount").offset == 52)
    #expect(table.size("struct list_head") == 16)
  }

  @Test(arguments: KernelVersion.allCases)
  func symbolsLieApartInTheOrderOfTheirSections(_ kernel: KernelVersion) {
    let image = KernelImage(Self.configuration(kernel))
    var end = KernelImage.start
    for place in image.places {
      #expect(place.address >= end, "\(place.name)")
      end = place.address + UInt64(place.size)
    }
    #expect(end <= image.end && image.end % 4096 == 0)
    #expect(image["init_top_pgt"] % 4096 == 0)
    #expect(image["swapper_pg_dir"] == image["init_top_pgt"])
  }

  /// Whoever has one file has that of every machine of its kind, and of no other.
  @Test func theBuildIDTellsKindsOfMachinesApart() {
    var seen: Set<[UInt8]> = []
    var count = 0
    for kernel in KernelVersion.allCases {
      for levels in [4, 5] {
        var configuration = Self.configuration(kernel, levels: levels)
        let id = KernelImage(configuration).buildID
        #expect(id.count == 20)
        seen.insert(id)
        count += 1
        configuration.memory = 64 << 20
        configuration.cpus = 7
        configuration.nodes = 3
        #expect(KernelImage(configuration).buildID == id)
      }
    }
    var other = Self.configuration(.v7_2)
    other.switches.remove(.vmapNodes)
    seen.insert(KernelImage(other).buildID)
    #expect(seen.count == count + 1)
  }

  @Test(arguments: KernelVersion.allCases)
  func theFileIsSmallAndItsHeadersAreRight(_ kernel: KernelVersion) {
    let configuration = Self.configuration(kernel)
    let bytes = Dump.vmlinux(KernelImage(configuration))
    #expect(bytes.count < 200_000)
    func number(_ at: Int, _ size: Int) -> Int {
      bytes[at..<at + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    #expect(Array(bytes.prefix(5)) == [0x7f, 0x45, 0x4c, 0x46, 2])
    // ET_EXEC of x86-64.
    #expect(number(16, 2) == 2 && number(18, 2) == 62)
    let table = number(40, 8)
    let names = number(table + number(62, 2) * 64 + 24, 8)
    var sections: [String] = []
    for index in 0..<number(60, 2) {
      let at = table + index * 64
      let name = names + number(at, 4)
      sections.append(String(decoding: bytes[name...].prefix { $0 != 0 }, as: UTF8.self))
      let isInFile = number(at + 4, 4) != 8
      #expect(!isInFile || number(at + 24, 8) + number(at + 32, 8) <= bytes.count)
    }
    #expect(sections.prefix(4) == ["", ".text", ".init.text", ".rodata"])
    #expect(sections.contains(".debug_info") && sections.contains(".symtab"))
    let id = KernelImage(configuration).buildID
    #expect(bytes.indices.contains { bytes[$0...].starts(with: id) })
  }

  @Test func numbersAreWrittenAsDWARFHasThem() {
    var bytes: [UInt8] = []
    for value in [0, 127, 128, 300, 1 << 32] { bytes.append(unsigned: value) }
    #expect(bytes == [0, 0x7f, 0x80, 1, 0xac, 2, 0x80, 0x80, 0x80, 0x80, 0x10])
    bytes = []
    for value in [0, 63, 64, -1, -64, -65] { bytes.append(signed: value) }
    #expect(bytes == [0, 0x3f, 0xc0, 0, 0x7f, 0x40, 0xbf, 0x7f])
  }

  /// Bit fields share a unit, unions begin at 0, arrays and pointers have the sizes they must.
  @Test func declarationsAreLaidOutAsTheABISays() {
    var parser = DeclarationParser(constants: ["N": 3], measured: ["late.c": 24, "late": 64])
    parser.read(
      """
      struct mixed { char a; unsigned short b[N]; void *c; union { int d; char e[9]; }; };
      struct bits { unsigned char low : 5; unsigned char high : 3; unsigned int next; };
      struct late { char a; int c; };
      #if >= 7.0
      struct new { int a; };
      #else
      struct old { int a; };
      #endif
      """, Self.configuration(.v6_12))
    let table = parser.table
    #expect(table.size("struct mixed") == 32)
    #expect(table.field("struct mixed", "b").offset == 2)
    #expect(table.field("struct mixed", "b[2]").offset == 6)
    #expect(table.field("struct mixed", "c").offset == 8)
    #expect(table.field("struct mixed", "e").offset == 16)
    #expect(table.size("struct bits") == 8)
    #expect(table.field("struct bits", "high").offset == 0)
    #expect(table.field("struct late", "c").offset == 24 && table.size("struct late") == 64)
    #expect(table.has("struct old", "a") && !table.has("struct new", "a"))
  }
}
