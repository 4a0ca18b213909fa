import Testing
import VMem
import VMemModules
import VMemViews

struct FormatPointerTests {
  private var memory = FakeMemory()

  private let folded: UInt64 = 0x4900_0000_1000
  private let kernels: UInt64 = 0xffff_c900_0000_1000
  private func error(_ number: Int64) -> UInt64 { UInt64(bitPattern: -number) }

  // MARK: Addresses

  @Test func aPointerIsHashedByItsKernelAddress() throws {
    let hash = String(PointerHash(seed: 1)(kernels), radix: 16)
    let expected = String(repeating: "0", count: 16 - hash.utf8.count) + hash
    #expect(try memory.text("%p", folded) == expected)
    #expect(try memory.text("%p %pK", folded, kernels) == "\(expected) \(expected)")
    #expect(try memory.text("%p", 0xab as UInt64) != "00000000000000ab")
    #expect(try memory.text("%20p|%-20p|", folded, folded).utf8.count == 42)
  }

  @Test func nullAndErrorPointersAreNotHashed() throws {
    #expect(try memory.text("%p %px", 0 as UInt64, 0) == "0000000000000000 0000000000000000")
    #expect(try memory.text("%p", error(11)) == "fffffffffffffff5")
    #expect(try memory.text("%px", error(4095)) == "fffffffffffff001")
    #expect(try memory.text("%p", error(4096)).hasPrefix("00000000"))
  }

  @Test func anUnmodifiedAddress() throws {
    #expect(try memory.text("%px", folded) == "ffffc90000001000")
    #expect(try memory.text("%px", 0xab as UInt64) == "00000000000000ab")
    #expect(
      try memory.text("%20px|%-20px|", folded, folded)
        == "    ffffc90000001000|ffffc90000001000    |")
  }

  @Test(
    arguments: [
      ("%pS", 0, "versatile_init+0x0/0x110 [versatile]"), ("%ps", 9, "versatile_init [versatile]"),
      ("%pSR", 9, "versatile_init+0x9/0x110 [versatile]"),
      ("%pF", 9, "versatile_init+0x9/0x110 [versatile]"), ("%pf", 9, "versatile_init [versatile]"),
      ("%pB", 0x110, "versatile_init+0x110/0x110 [versatile]"),
      ("%pSb", 9, "versatile_init+0x9/0x110 [versatile]"), ("%pS", 0x110, "0xffffffffa0000210"),
      ("%-30ps|", 0, "versatile_init [versatile]    |"),
    ] as [(String, UInt64, String)])
  func aSymbol(_ format: String, _ offset: UInt64, _ expected: String) throws {
    #expect(try memory.text(format, 0x7fff_a000_0100 + offset) == expected)
  }

  @Test func aSymbolOfTheKernel() throws {
    #expect(try memory.text("%pS %ps", 0x1_0012 as UInt64, 0x1_0000) == "vmalloc+0x12/0x88 vmalloc")
    #expect(try memory.text("%pS", 0 as UInt64) == "0x0")
  }

  @Test func errorNames() throws {
    #expect(try memory.text("%pe %pe", error(12), error(1)) == "-ENOMEM -EPERM")
    #expect(try memory.text("%pe", error(133)) == "-EHWPOISON")
    #expect(try memory.text("%pe %pe", error(512), error(524)) == "-ERESTARTSYS -ENOTSUPP")
    #expect(try memory.text("%pe %pe", error(41), error(134)) == "-41 -134")
    #expect(try memory.text("%pe", error(4095)) == "-4095")
    #expect(try memory.text("[%10pe]", error(22)) == "[   -EINVAL]")
    #expect(try memory.text("%pe", folded) == memory.text("%p", folded))
    #expect(try memory.text("%pe", 0 as UInt64) == "0000000000000000")
    #expect(ErrorNames.name(0) == nil && ErrorNames.name(-1) == nil)
  }

  // MARK: By reference

  @Test mutating func physicalAddresses() throws {
    let address = memory.place(0x0123_4567_89ab_cdef)
    for format in ["%pa", "%pap", "%pad"] {
      #expect(try memory.text(format, address) == "0x0123456789abcdef")
    }
    let low = memory.place(0x1000)
    #expect(try memory.text("%pa", low) == "0x0000000000001000")
  }

  @Test(arguments: ["pa", "pR", "pM", "pI4", "pUb", "4ph", "8pb", "pGg", "pV", "pd", "pD"])
  func badPointers(_ letters: String) throws {
    #expect(try memory.text("%\(letters)", 0 as UInt64).hasSuffix("(null)"))
    #expect(try memory.text("%\(letters)", 0xab as UInt64).hasSuffix("(efault)"))
    #expect(try memory.text("%\(letters)", error(11)).hasSuffix("(efault)"))
    if letters != "pd" && letters != "pD" {
      #expect(throws: BadPointer(folded + 0x10_0000)) {
        try memory.text("%\(letters)", folded + 0x10_0000)
      }
    }
  }

  @Test mutating func bytes() throws {
    let buffer = memory.place([0xc0, 0xff, 0xee] as [UInt8])
    #expect(
      try memory.text("%3ph|%3phC|%3phD|%3phN", buffer, buffer, buffer, buffer)
        == "c0 ff ee|c0:ff:ee|c0-ff-ee|c0ffee")
    #expect(try memory.text("%*ph|%*phN", 3, buffer, 2, buffer) == "c0 ff ee|c0ff")
    #expect(try memory.text("%ph|%*ph|", buffer, 0, buffer) == "c0||")
    let long = memory.place(Array(repeating: 0xab as UInt8, count: 80))
    #expect(try memory.text("%80phN", long) == String(repeating: "ab", count: 64))
  }

  @Test mutating func resources() throws {
    func place(_ start: UInt64, _ end: UInt64, _ flags: UInt64) -> UInt64 {
      memory.place(start, end, 0, flags, 0, 0, 0, 0)
    }
    let one = place(0xc0ff_ee00, 0xc0ff_ee00, 0x200)
    #expect(try memory.text("%pr %pR", one, one) == "[mem 0xc0ffee00 flags 0x200] [mem 0xc0ffee00]")
    let two = place(0xc0ffee, 0xba5e_ba11, 0x200)
    #expect(try memory.text("%pr", two) == "[mem 0x00c0ffee-0xba5eba11 flags 0x200]")
    let io = place(0xba11, 0xca10, 0x3000_0100)
    #expect(try memory.text("%pR", io) == "[io  size 0x1000 disabled]")
    #expect(try memory.text("%pr", io) == "[io  0xba11-0xca10 flags 0x30000100]")
    let pref = place(0x6000_0000, 0x6fff_ffff, 0x2200)
    #expect(try memory.text("%pr", pref) == "[mem 0x60000000-0x6fffffff flags 0x2200]")
    #expect(try memory.text("%pR", pref) == "[mem 0x60000000-0x6fffffff pref]")
    let wide = place(0x1_0000_0000, 0x1_ffff_ffff, 0x30_2200)
    #expect(try memory.text("%pR", wide) == "[mem 0x100000000-0x1ffffffff 64bit pref window]")
    let (irq, bus, other) = (place(9, 9, 0x400), place(0, 255, 0x1000), place(1, 2, 0))
    #expect(try memory.text("%pR %pR", irq, bus) == "[irq 9] [bus 00-ff]")
    #expect(try memory.text("%pR", other) == "[??? 0x00000001-0x00000002 flags 0x0]")
    #expect(try memory.text("%40pR|", pref) == "        [mem 0x60000000-0x6fffffff pref]|")
  }

  @Test mutating func hardwareAddresses() throws {
    let address = memory.place([0x2d, 0x48, 0xd6, 0xfc, 0x7a, 0x05] as [UInt8])
    for (format, expected) in [
      ("%pM", "2d:48:d6:fc:7a:05"), ("%pMR", "05:7a:fc:d6:48:2d"), ("%pMF", "2d-48-d6-fc-7a-05"),
      ("%pm", "2d48d6fc7a05"), ("%pmR", "057afcd6482d"),
    ] {
      #expect(try memory.text(format, address) == expected)
    }
  }

  @Test mutating func internetAddresses() throws {
    let four = memory.place([1, 2, 3, 4] as [UInt8])
    #expect(
      try memory.text("%pI4 %pi4 %pI4h %pI4n", four, four, four, four)
        == "1.2.3.4 001.002.003.004 4.3.2.1 1.2.3.4")
    let six = memory.place([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8] as [UInt8])
    #expect(try memory.text("%pi6", six) == "00010002000300040005000600070008")
    #expect(try memory.text("%pI6", six) == "0001:0002:0003:0004:0005:0006:0007:0008")
    #expect(try memory.text("%pI6c", six) == "1:2:3:4:5:6:7:8")
    #expect(try memory.text("%pIx", six) == "(%pI?)")
  }

  @Test(
    arguments: [
      ([0, 1, 0, 0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8], "1:0:3:4:5:6:7:8"),
      ([UInt8](repeating: 0, count: 16), "::"),
      ([UInt8](repeating: 0, count: 15) + [1], "::1"),
      ([0x20, 1] + [UInt8](repeating: 0, count: 14), "2001::"),
      ([0, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8], "1:0:0:4::8"),
      ([0, 1, 0, 0, 0, 0, 0, 4, 0, 5, 0, 0, 0, 0, 0, 8], "1::4:5:0:0:8"),
      ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1], "::ffff:127.0.0.1"),
    ] as [([UInt8], String)])
  func compressedAddresses(_ bytes: [UInt8], _ expected: String) throws {
    var memory = FakeMemory()
    let address = memory.place(bytes)
    #expect(try memory.text("%pI6c", address) == expected)
  }

  @Test mutating func uuids() throws {
    let uuid = memory.place((0..<16).map { UInt8($0) })
    for (format, expected) in [
      ("%pUb", "00010203-0405-0607-0809-0a0b0c0d0e0f"),
      ("%pUB", "00010203-0405-0607-0809-0A0B0C0D0E0F"),
      ("%pUl", "03020100-0504-0706-0809-0a0b0c0d0e0f"),
      ("%pUL", "03020100-0504-0706-0809-0A0B0C0D0E0F"),
      ("%pU", "00010203-0405-0607-0809-0a0b0c0d0e0f"),
    ] {
      #expect(try memory.text(format, uuid) == expected)
    }
  }

  @Test mutating func bitmaps() throws {
    let none = memory.place(0)
    #expect(try memory.text("%20pb|%*pb", none, 20, none) == "00000|00000")
    #expect(try memory.text("%20pbl|%*pbl", none, 20, none) == "|")
    let primes = memory.place([2, 3, 5, 7, 11, 13, 17, 19].reduce(0) { $0 | 1 << $1 })
    #expect(try memory.text("%20pb|%*pb", primes, 20, primes) == "a28ac|a28ac")
    #expect(try memory.text("%*pbl", 20, primes) == "2-3,5,7,11,13,17,19")
    let full = memory.place(1 << 20 - 1)
    #expect(try memory.text("%20pb|%*pbl", full, 20, full) == "fffff|0-19")
    let long = memory.place(0x8000_0000_0000_0001, 0x3)
    #expect(try memory.text("%*pb", 66, long) == "3,80000000,00000001")
    #expect(try memory.text("%*pbl", 66, long) == "0,63-65")
    #expect(try memory.text("%*pbl %pb", 64, long, long) == "0,63 ")
  }

  @Test mutating func flags() throws {
    func gfp(_ flags: UInt64) throws -> String {
      let address = memory.place(flags)
      return try memory.text("%pGg", address)
    }
    #expect(try gfp(0x821) == "GFP_ATOMIC|GFP_DMA")
    #expect(try gfp(0x20) == "__GFP_HIGH")
    #expect(try gfp(0xcc0) == "GFP_KERNEL")
    #expect(try gfp(0xdc0) == "GFP_KERNEL|__GFP_ZERO")
    #expect(try gfp(0x10_0cca) == "GFP_HIGHUSER_MOVABLE")
    #expect(try gfp(0x400) == "__GFP_DIRECT_RECLAIM")
    #expect(try gfp(0) == "")
    #expect(try gfp(0xf000_0000) == "0xf0000000")
    #expect(try gfp(0xf000_0020) == "__GFP_HIGH|0xf0000000")
    let area = memory.place(0x75)
    #expect(try memory.text("%pGv", area) == "read|exec|mayread|maywrite|mayexec")
    let page = memory.place(1 << 58 | 2 << 56 | 1 << 13 | 1)
    #expect(
      try memory.text("%pGp", page) == "0x600000000002001(locked|reserved|node=1|zone=2)")
    let none = memory.place(0)
    #expect(try memory.text("%pGp", none) == "0x0(node=0|zone=0)")
    #expect(try memory.text("%pGx", page) == "(%pG?)")
  }

  /// Page flags go by the names of the machine's kernel.
  @Test(arguments: [
    (KernelVersion.v6_1, "uptodate|reserved"), (.v6_12, "referenced|arch_1"),
    (.v6_18, "referenced|arch_1"),
  ])
  mutating func pageFlags(_ kernel: KernelVersion, _ low: String) throws {
    let high = kernel == .v6_1 ? "swapbacked" : kernel == .v6_12 ? "mlocked" : "dropbehind"
    let page = memory.place(1 << 2 | 1 << 12 | 1 << 19)
    let text = try memory.text("%pGp", PageFlagNames(kernel, kernel.switches), page)
    #expect(text == "0x81004(\(low)|\(high)|node=0|zone=0)")
  }

  @Test func extensionsOfOtherSubsystemsPrintAHash() throws {
    #expect(try memory.text("%pOFfp|", folded) == memory.text("%p|", folded))
    #expect(try memory.text("%pt %pd", folded, folded) == "(%pt?) (%pd?)")
  }
}
