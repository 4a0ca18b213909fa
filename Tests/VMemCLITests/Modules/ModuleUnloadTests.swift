import TestSupport
import Testing

/// What keeps a module loaded, what it leaves, writes that fault nowhere, and what is kept of builds.
struct ModuleUnloadTests: ModuleSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // MARK: rmmod

  @Test(.compilesModules) func ownUses() throws {
    let source = Self.fixture("in_use")
    let refused = try run("insmod \(source)\nlsmod\nrmmod in_use\ncheck")
    #expect(refused.outputText.contains("in_use                 20480  1"), "\(refused.outputText)")
    #expect(refused.errorText.contains("rmmod: EAGAIN: another module uses it, or try_module_get"))
    // It goes at the end.
    #expect(refused.outputText.contains("in_use is unloaded although it is in use: 1 of its"))
    #expect(refused.status == 1, "\(refused.errorText)")
    let forced = try run("insmod \(source)\nrmmod in_use -f\ninsmod \(source)\nrmmod in_use -f")
    #expect(forced.status == 0, "\(forced.errorText)")
    let wrong = try run("insmod \(source)\nrmmod in_use -x")
    #expect(wrong.status == 65 && wrong.errorText.contains("`-x` is nothing"), "\(wrong.errorText)")
  }

  @Test(.compilesModules) func permanent() throws {
    let image = folder.path + "/p.img"
    let ran = try run(
      "insmod \(Self.fixture("permanent"))\nlsmod\nrmmod permanent", image: image)
    #expect(ran.outputText.contains("0 [permanent]"), "\(ran.outputText)")
    #expect(
      ran.outputText.contains("permanent has no MODULE_LICENSE: a kernel's build ends"),
      "\(ran.outputText)")
    #expect(ran.errorText.contains("rmmod: EBUSY: it has no module_exit"), "\(ran.errorText)")
    // The history has what unloads it.
    let history = try Command.vmemctl("--image", image, "log").outputText
    #expect(history.contains("rmmod permanent -f"), "\(history)")
  }

  @Test(
    .compilesModules,
    arguments: [
      (1, "leak: call_rcu with freed+0x0/"), (2, ""), (4, "leak: the work with worked+0x0/"),
      (3, "leak: the region from 0xfe000000 to 0xfe000fff was never released"),
    ])
  func leftCalls(_ way: Int, _ says: String) throws {
    let ran = try run("insmod \(Self.fixture("in_use")) way=\(way)\nrmmod in_use\ncheck")
    #expect(ran.status == 0, "\(ran.errorText)")
    let leaks = ran.outputText.split(separator: "\n").filter { $0.contains("leak:") }
    #expect(leaks.count == (says.isEmpty ? 0 : 1), "\(ran.outputText)")
    #expect(leaks.allSatisfy { $0.contains(says) }, "\(ran.outputText)")
  }

  /// `vfree` puts the pages that an area was given, and frees the array of them; `vunmap` does not.
  @Test(
    .compilesModules,
    arguments: [(0, 0, 0), (1, 0, 3), (2, 1, 0), (3, 0, 0), (4, 9, 0)] as [(Int, Int, Int32)])
  func givenPages(_ way: Int, _ leaks: Int, _ status: Int32) throws {
    let ran = try run("insmod \(Self.fixture("given_pages")) way=\(way)\nrmmod given_pages\ncheck")
    #expect(ran.status == status, "\(ran.errorText)")
    let found = ran.outputText.split(separator: "\n").filter { $0.contains("leak:") }
    #expect(found.count == leaks, "\(ran.outputText)")
    #expect(ran.outputText.contains("[mem 0xfe000000-0xfe000fff] 80000200"), "\(ran.outputText)")
    #expect(ran.outputText.contains("phys fe000000 order 9"), "\(ran.outputText)")
    // An array of the module's own is no object.
    #expect(ran.outputText.contains("no object of kmalloc") == (way == 1), "\(ran.outputText)")
  }

  // MARK: Faults of the engine's calls

  @Test(.compilesModules) func deathInCall() throws {
    let ran = try run("insmod \(Self.fixture("unmap_no_block"))\nlsmod\ncheck")
    #expect(ran.status == 3, "\(ran.errorText)")
    #expect(!ran.outputText.contains("goes on"), "\(ran.outputText)")
    #expect(ran.outputText.contains("no vm_map_ram block holds 0xffffc90000000000 ("))
    #expect(ran.outputText.contains("Died"), "\(ran.outputText)")
    let many = try run("insmod \(Self.fixture("too_many_pages"))\ncheck")
    #expect(many.status == 0, "\(many.errorText)")
    #expect(many.outputText.contains("mapped 0000000000000000"), "\(many.outputText)")
  }

  // MARK: Objects

  static let stores: [(Int, String)] = [
    (0, "use after kfree: a write to byte 5 of the 32-byte object"),
    (1, "use after kfree: a write to byte 31 of the 32-byte object"),
    (2, "of kmalloc-32, behind the end of the 32-byte object"),
    (3, "a write behind the end: byte 100 of the 100-byte object"),
    (4, "a write 1 bytes before the 32-byte object"), (5, ""), (6, ""),
  ]

  @Test(.compilesModules, arguments: stores)
  func slabMistakes(_ way: Int, _ says: String) throws {
    let ran = try run("insmod \(Self.fixture("slab_mistakes")) way=\(way)")
    #expect(ran.status == (way == 4 ? 3 : 0), "\(ran.errorText)")
    let told = ran.outputText.split(separator: "\n").filter { $0.contains("vmemctl:") }
    #expect(told.count == (says.isEmpty ? 0 : 1), "\(ran.outputText)")
    #expect(told.allSatisfy { $0.contains(says) }, "\(ran.outputText)")
  }

  @Test(.compilesModules) func zeroedObjects() throws {
    for (option, answer) in [("", "zeroed 0"), (" --config init_on_alloc", "zeroed 1")] {
      let ran = try run(
        "insmod \(Self.fixture("slab_mistakes")) way=7", boot: option)
      #expect(ran.outputText.contains(answer), "\(ran.outputText)")
    }
  }

  // MARK: Builds

  @Test(.compilesModules) func warnings() throws {
    let quiet = try run("insmod \(Self.fixture("quiet"))")
    #expect(quiet.status == 0 && quiet.errorText.isEmpty, "\(quiet.errorText)")
    let error = try run("insmod \(Self.fixture("no_value"))")
    #expect(error.status == 65 && error.errorText.contains("-Werror=return-type"))
    #expect(!error.errorText.contains("unrecognized"), "\(error.errorText)")
  }

  /// What is cut short in the cache is built and written again.
  @Test(.compilesModules) func damagedCache() throws {
    let source = Self.fixture("in_use")
    let line = "insmod \(source) way=9"
    #expect(try run(line, hasOwnCache: true).status == 0)
    for damage in [
      "truncate -s 100 *.so", "truncate -s 0 *.so",
      "for f in *.so; do printf x | dd of=$f bs=1 seek=5000 conv=notrunc 2>/dev/null; done",
      "rm *.so include-*/linux/module.h", "rm *.so; truncate -s 0 include-*/vmem/slab.h",
    ] {
      let done = try Command.run(["sh", "-c", "cd \(folder.path)/vmemctl && { \(damage); }"])
      #expect(done.status == 0, "\(damage): \(done.errorText)")
      let ran = try run(line, hasOwnCache: true)
      #expect(ran.status == 0, "\(damage): \(ran.errorText)")
    }
  }
}
