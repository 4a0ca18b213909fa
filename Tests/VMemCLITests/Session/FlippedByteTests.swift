import Glibc
import Testing

/// Any byte of an image flipped, under any command: an answer or exit 4, never a signal, never a hang,
/// and nothing is written by a process that exits with 4.
struct FlippedByteTests {
  private static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false

  private static let script = """
    boot --memory 8M --cpus 2
    s = get_vm_area 64K --flags sparse
    P = alloc_pages 40
    vm_area_map_pages s s..s+16K P[0..4]
    v = vmalloc 40K
    w = vmalloc 2M
    m = vmap P[0..4]
    r = vm_map_ram P[0..4]
    q = vm_map_ram P[4..8]
    d = ioremap 0xfed00000 4K
    g = pcpu_get_vm_areas --align 4K 0:4K 1M:8K
    repeat 60 {
      @a = get_vm_area 12K
      get_vm_area 24K
      free_vm_area a
    }
    vm_unmap_ram r 4
    vfree w
    drain_vmap_work
    """

  private static let commands = [
    "check", "vmallocinfo", "vmap_state", "vmap_state --lists", "page_tables", "find_vm_area s",
    "page P", "read v 8", "info --hash", "meminfo", "buddyinfo", "dmesg", "walk s", "vmstat",
    "kcore --read s 64", "get_vm_area 16K", "get_vm_area 16K --align 64K", "free_vm_area s",
    "vfree v", "vmalloc 40K", "vmalloc_huge 2M", "vm_unmap_aliases", "alloc_pages 3",
    "free_pages P", "put_page P[3]", "x = vm_map_ram P[0..4]", "vm_unmap_ram q 4", "vunmap m",
    "iounmap d", "ioremap 0xfec00000 8K", "pcpu_free_vm_areas g", "drain_vmap_work",
    "reclaim_vmap", "shrink_vmap_node", "vrealloc v 100K", "vm_area_unmap_pages s s..s+64K",
    "n = get_vm_area 8K", "vmap_pages_range s+16K..s+20K P[9]", "write s text:hello",
  ]

  /// An image in a folder of its own, and what it holds when nothing is damaged.
  private final class Target {
    let folder: TemporaryFolder
    let image: [UInt8]
    /// Offsets of the bytes of frames that are in use, but for the first, and of those that are not
    /// zero.
    let bytes: [Int]
    let nonZero: [Int]
    private let file: Int32
    private let mapped: UnsafeMutableRawPointer

    init() throws {
      folder = try TemporaryFolder()
      let path = folder.path + "/m.img"
      let made = try Command.vmemctl("run", "--image", path, "-", input: FlippedByteTests.script)
      try #require(made.status == 0, "\(made.errorText)")
      image = try folder.bytes("m.img")
      let all = image
      let frames = (1..<(8 << 20) / 4096).filter { frame in
        all[frame * 4096..<(frame + 1) * 4096].contains { $0 != 0 }
      }
      bytes = frames.flatMap { $0 * 4096..<($0 + 1) * 4096 }
      nonZero = bytes.filter { all[$0] != 0 }
      file = open(path, O_RDWR | O_CLOEXEC)
      let place = mmap(nil, image.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
      mapped = try #require(place)
    }

    deinit {
      munmap(mapped, image.count)
      close(file)
    }

    func flip(_ at: Int, _ bits: UInt8) {
      let place = mapped + at
      place.storeBytes(of: place.load(as: UInt8.self) ^ bits, as: UInt8.self)
    }

    /// Whether the files are those without commits, but for one byte.
    func isUnchanged(but at: Int, _ bits: UInt8) -> Bool {
      flip(at, bits)
      defer { flip(at, bits) }
      return folder.usage("m.img-wal") == 0
        && image.withUnsafeBytes { memcmp($0.baseAddress!, mapped, image.count) == 0 }
    }

    /// Makes the files what they were.
    func restore() {
      truncate(folder.path + "/m.img-wal", 0)
      image.withUnsafeBytes { whole in
        for at in stride(from: 0, to: image.count, by: 4096)
        where memcmp(whole.baseAddress! + at, mapped + at, 4096) != 0 {
          memcpy(mapped + at, whole.baseAddress! + at, 4096)
        }
      }
    }

    /// Runs a command and returns its status; nil when it does not come to an end.
    func run(_ command: String) throws -> Int32? {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      for stream in 0..<3 as Range<Int32> {
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
      }
      let words = [TestFiles.vmemctl] + command.split(separator: " ").map(String.init)
      let process = try Command.spawn(
        words, &actions, ["VMEMCTL_IMAGE": folder.path + "/m.img"])
      var status: Int32 = 0
      for round in 0..<100_000 {
        let ended = waitpid(process, &status, WNOHANG)
        if ended == process {
          let signal = status & 0x7f
          return signal == 0 ? (status >> 8) & 0xff : 128 + signal
        }
        usleep(round < 200 ? 100 : 1000)
      }
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
      return nil
    }
  }

  private static func flipOnce(
    _ target: Target, _ random: inout some RandomNumberGenerator
  ) throws -> String? {
    let places = Int.random(in: 0..<5, using: &random) > 0 ? target.nonZero : target.bytes
    let at = places.randomElement(using: &random)!
    let bits = [1, 0x80, 0xff, UInt8.random(in: 1...255, using: &random)]
      .randomElement(using: &random)!
    let command = commands.randomElement(using: &random)!
    target.flip(at, bits)
    let status = try target.run(command)
    let what = "byte \(at % 4096) of frame \(at / 4096) ^ \(bits), \(command)"
    defer { target.restore() }
    guard let status else { return "\(what): no end" }
    if ![0, 1, 3, 4].contains(status) { return "\(what): exit \(status)" }
    if status == 4, !target.isUnchanged(but: at, bits) { return "\(what): exit 4 has written" }
    if command == "check" && status != 4 { return "\(what): not named" }
    return nil
  }

  /// Two at a time; 100,000 in a long run, or as many as four minutes allow.
  @Test(arguments: [0, 1])
  func everyCommandAnswersOrRefuses(_ worker: Int) throws {
    let target = try Target()
    var random = SystemRandomNumberGenerator()
    for command in Self.commands {
      let status = try target.run(command)
      #expect(status == 0, "\(command) without damage")
      target.restore()
    }
    var flips = 0
    let start = time(nil)
    while flips < (Self.isLong ? 50_000 : 50), time(nil) - start < 240 {
      if let failure = try Self.flipOnce(target, &random) { Issue.record("\(failure)") }
      flips += 1
    }
    if Self.isLong { print("\(flips) flipped bytes") }
  }
}
