import Glibc
import Testing
import VMemScript

/// `boot --lists FILE --rows FILE`: what a machine begins with, and files that say nonsense.
@Suite struct PrimingTests {
  static let sections = """
    [busy_list]
    0xffffc90000000000-0xffffc90000003000 12288 vm flags=0x2 size=12288 pages=2
    [lazy_list]
    0xffffc90000003000-0xffffc90000005000 8192
    [free_tree]
    root black 0xffffc90000005000-0xffffffffffffffff 1 max=1
     L red 0x1-0xffffc90000000000 1 max=1
    """
  static let row =
    "0xffffc90000000000-0xffffc90000003000   12288 a+0x1/0x2 [m] pages=2 vmalloc N0=1 N1=1"

  /// Runs a script whose first line boots from the two texts.
  static func boot(
    _ lists: String, rows: String? = row, options: String = "--kernel 6.1 --nodes 2",
    then script: String = ""
  ) throws -> Transcript {
    let folder = "/tmp/vmemctl-priming-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try #require(mkdir(folder, 0o700) == 0)
    defer {
      for name in ["lists", "rows"] { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }
    for (name, text) in [("lists", lists), ("rows", rows ?? "")] {
      let file = try #require(fopen("\(folder)/\(name)", "w"))
      fputs(text + "\n", file)
      fclose(file)
    }
    return run(
      "boot \(options) --memory 64M --lists \(folder)/lists "
        + (rows == nil ? "\n" : "--rows \(folder)/rows\n") + script)
  }

  @Test func areasLiveWithTheirPages() throws {
    let ran = try Self.boot(
      Self.sections,
      then: """
        check
        vmallocinfo
        a = get_vm_area 4K
        read 0xffffc90000000000 16
        expect fault read 0xffffc90000002000 1
        vfree 0xffffc90000000000
        vm_unmap_aliases
        b = get_vm_area 8K
        check
        """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(
      ran.lines == [
        "0", Self.row, "0xffffc90000003000-0xffffc90000005000    8192 unpurged vm_area",
        "0xffffc90000005000", "00*16", "-EFAULT", "0", "0", "0xffffc90000000000", "0",
      ])
  }

  /// Device memory and areas that were lent pages own none.
  @Test(arguments: [("0x1", 65), ("0x4", 65), ("0x2", 0), ("0x204", 0)] as [(String, UInt8)])
  func onlySomeAreasOwnPages(_ flags: String, _ exit: UInt8) throws {
    let lists = Self.sections.replacing("flags=0x2", with: "flags=\(flags)")
    let ran = try Self.boot(lists, rows: nil, then: "check")
    #expect(ran.exit.rawValue == exit, "\(ran.messages)")
    #expect(ran.messages.contains("the area cannot have such contents") == (exit == 65))
  }

  @Test(arguments: [
    // A hole, an overlap, an area that ends off a page, one with more pages than room.
    ("12288 vm flags=0x2 size=12288 pages=2", "12288 vm flags=0x2 size=12289 pages=2", 2),
    ("size=12288 pages=2", "size=12288 pages=3", 2),
    ("0xffffc90000003000-0xffffc90000005000 8192", "0xffffc90000004000-0xffffc90000005000 1", 4),
    ("0xffffc90000003000-0xffffc90000005000 8192", "0xffffc90000002000-0xffffc90000005000 1", 4),
    ("0xffffc90000003000-0xffffc90000005000 8192", "0xffffc90000003000", 4),
    // Trees that are none.
    ("root black", "root red", 7), (" L red", " L black", 6), (" L red", " R red", 7),
    (" L red", "  L red", 7), (" L red", "root red", 7), (" L red", " X red", 7),
    ("0xffffffffffffffff 1", "0xfffffffffffff000 1", 7),
    ("[free_tree]", "[blocks]\nx\n[free_tree]", 6),
  ])
  func nonsenseNamesItsLine(_ old: String, _ new: String, _ line: Int) throws {
    let ran = try Self.boot(Self.sections.replacing(old, with: new), rows: nil)
    #expect(ran.exit == .badScript)
    #expect(ran.messages.contains("/lists:\(line): "), "\(ran.messages)")
  }

  /// What kernels with nodes have besides: pools, and blocks of vm_map_ram.
  static let newer = """
    [busy_list]
    0xffffc90000000000-0xffffc90000100000 1048576 vm_map_ram flags=0x103
    [lazy_list]
    0xffffc90000100000-0xffffc90000102000 8192 node=0 flags=0x100
    [free_tree]
    root black 0xffffc90000106000-0xffffffffffffffff 1 max=1
     L red 0x1-0xffffc90000000000 1 max=1
    [pools]
    node=0 pages=2 len=2: 0xffffc90000104000 0xffffc90000102000
    [blocks]
    0xffffc90000000000-0xffffc90000100000 1048576 cpu=0 free=252 dirty=0 dirty_min=256 dirty_max=0
    """
  static let newerRow = "0xffffc90000000000-0xffffc90000100000 1048576 vm_map_ram"

  @Test func poolsAndBlocksGoOn() throws {
    let ran = try Self.boot(
      Self.newer, rows: Self.newerRow, options: "--cpus 2 --config distribution",
      then: """
        check
        vmalloc 4K
        P = alloc_pages 1
        vm_map_ram P
        vm_unmap_aliases
        check
        """)
    #expect(ran.messages == "")
    #expect(
      ran.lines == ["0", "0xffffc90000104000", "1", "0xffffc90000004000", "0", "0"])
  }

  /// The last vmap node is one of the machine's.
  @Test(arguments: ["--cpus 2", "--cpus 3"]) func theLastNode(_ cpus: String) throws {
    let lists = Self.newer.replacing("=0x100", with: "=0x200").replacing("=0x103", with: "=0x203")
    let ran = try Self.boot(
      lists, rows: Self.newerRow, options: "\(cpus) --config distribution",
      then: "check\nvm_unmap_aliases\ncheck")
    #expect(ran.lines == ["0", "0", "0"], "\(ran.messages)")
  }

  @Test(arguments: [
    ("--cpus 2", "", "", "/lists:11: not a block of this machine's vm_map_ram"),
    ("--cpus 1 --config distribution", "", "", "/lists:9: this machine has no such pool"),
    ("--cpus 2 --config distribution", "len=2", "len=3", "/lists:9: not a pool"),
    ("--cpus 2 --config distribution", "pages=2", "pages=300", "/lists:9: "),
    ("--cpus 2 --config distribution", "cpu=0", "cpu=2", "/lists:11: not a block"),
    ("--cpus 2 --config distribution", "cpu=0 free", "free", "/lists:11: not a block"),
    ("--cpus 2 --config distribution", "=0x103", "=0x303", "/lists:2: flags= has a vmap node"),
    ("--cpus 2 --config distribution", "=0x100", "=0x300", "/lists:4: flags= has a vmap node"),
    ("--cpus 2 --config distribution", "=0x100", "=0xffffff00", "/lists:4: flags= has"),
  ])
  func poolsAndBlocksOfAnotherMachine(
    _ options: String, _ old: String, _ new: String, _ message: String
  ) throws {
    let lists = old.isEmpty ? Self.newer : Self.newer.replacing(old, with: new)
    let ran = try Self.boot(lists, rows: Self.newerRow, options: options)
    #expect(ran.exit == .badScript)
    #expect(ran.messages.contains(message), "\(ran.messages)")
  }

  @Test func rowsOfAnotherMachineAreNoneOfTheLists() throws {
    let ran = try Self.boot(
      Self.sections, rows: "0xffffc90000010000-0xffffc90000013000   12288 a+0x1/0x2 vmap")
    #expect(ran.exit == .badScript)
    #expect(ran.messages.contains("/rows:1: no row is of an area of --lists"))
    let empty = try Self.boot(Self.sections, rows: "")
    #expect(empty.exit == .badScript)
    #expect(empty.messages.contains("/rows:1: no row, and --lists has areas"))
  }

  @Test func rowsMustFitTheLists() throws {
    let ran = try Self.boot(Self.sections, rows: Self.row.replacing("pages=2", with: "pages=1"))
    #expect(ran.exit == .badScript)
    #expect(ran.messages.contains("/rows:1: 1 pages, but the lists have 2"))
    #expect(try Self.boot(Self.sections, rows: "0x5 nonsense").exit == .badScript)
    // What was gone when the lists were made has a row all the same.
    let gone = "0xffffc90000009000-0xffffc9000000b000 8192 a+0x1/0x2 vmap"
    #expect(try Self.boot(Self.sections, rows: Self.row + "\n" + gone).exit == .success)
  }

  @Test func filesMustBeThere() {
    #expect(run("boot --lists /nowhere/lists\n").exit == .noInput)
    #expect(run("boot --rows /nowhere/rows\n").exit == .badScript)
  }
}
