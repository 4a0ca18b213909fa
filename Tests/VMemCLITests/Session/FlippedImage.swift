import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// An image in a folder of its own whose bytes can be flipped, and what it holds when none is.
final class FlippedImage {
  static let script = """
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
    t = stack_alloc --policy dynamic
    stack_touch t 8K
    u = stack_alloc --policy reclaim
    vm_unmap_ram r 4
    vfree w
    drain_vmap_work
    """

  static let commands = [
    "check", "vmallocinfo", "vmap_state", "vmap_state --lists", "page_tables", "find_vm_area s",
    "page P", "read v 8", "info --hash", "meminfo", "buddyinfo", "dmesg", "walk s", "vmstat",
    "map --format svg", "walk s --format svg", "page_tables --format svg",
    "kcore --read s 64", "get_vm_area 16K", "get_vm_area 16K --align 64K", "free_vm_area s",
    "vfree v", "vmalloc 40K", "vmalloc_huge 2M", "vm_unmap_aliases", "alloc_pages 3",
    "free_pages P", "put_page P[3]", "x = vm_map_ram P[0..4]", "vm_unmap_ram q 4", "vunmap m",
    "iounmap d", "ioremap 0xfec00000 8K", "pcpu_free_vm_areas g", "drain_vmap_work",
    "reclaim_vmap", "shrink_vmap_node", "vrealloc v 100K", "vm_area_unmap_pages s s..s+64K",
    "n = get_vm_area 8K", "vmap_pages_range s+16K..s+20K P[9]", "write s text:hello",
    "stack_stat", "stack_touch t 16K", "stack_run t --depth 12K", "stack_run u --depth 16K",
    "schedule", "stack_reclaim u", "stack_free t", "stack_alloc --policy dynamic",
  ]

  let folder: TemporaryFolder
  let image: [UInt8]
  /// Bytes of RAM.
  let memory: Int
  /// Frames that are in use, but for the first.
  let frames: [Int]
  private let file: Int32
  let mapped: UnsafeMutableRawPointer
  private var path: String { folder.path + "/m.img" }
  private let history: [UInt8]

  init(script: String = FlippedImage.script) throws {
    folder = try TemporaryFolder()
    let path = folder.path + "/m.img"
    let made = try Command.vmemctl("run", "--image", path, "-", input: script)
    try #require(made.status == 0, "\(made.errorText)")
    image = try folder.bytes("m.img")
    let all = image
    history = try folder.bytes("m.img-history")
    memory = Int(try ImageTrailer(Array(image.suffix(4096))).memory)
    let zeroes = [UInt8](repeating: 0, count: 4096)
    frames = (1..<memory / 4096).filter { frame in
      all.withUnsafeBytes { memcmp($0.baseAddress! + frame * 4096, zeroes, 4096) != 0 }
    }
    file = open(path, O_RDWR | O_CLOEXEC)
    let place = mmap(nil, image.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    mapped = try #require(place)
  }

  deinit {
    munmap(mapped, image.count)
    close(file)
  }

  // MARK: Files

  /// A byte of some frame, mostly one that is not zero.
  func place(_ random: inout some RandomNumberGenerator) -> Int {
    let frame = frames.randomElement(using: &random)!
    let first = Int.random(in: 0..<4096, using: &random)
    if Int.random(in: 0..<5, using: &random) == 0 { return frame * 4096 + first }
    let next = (0..<4096).first { image[frame * 4096 + (first + $0) % 4096] != 0 }
    return frame * 4096 + (first + next!) % 4096
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

  /// Makes the files what they were, whatever a command has written and a byte has flipped.
  func restore(_ at: Int, _ bits: UInt8) {
    flip(at, bits)
    // A checkpoint begins and ends with the last block.
    let last = image.count - 4096
    let isChanged = image.withUnsafeBytes {
      memcmp($0.baseAddress! + last, mapped + last, 4096) != 0
    }
    restore(all: isChanged)
  }

  /// Makes the log and the history what they were, and all of the image if it may have changed.
  func restore(all: Bool) {
    truncate(path + "-wal", 0)
    if all {
      image.withUnsafeBytes { whole in
        for at in stride(from: 0, to: image.count, by: 4096)
        where memcmp(whole.baseAddress! + at, mapped + at, 4096) != 0 {
          memcpy(mapped + at, whole.baseAddress! + at, 4096)
        }
      }
    }
    if (try? folder.bytes("m.img-history")) != history {
      try? folder.write(history, to: "m.img-history")
    }
  }

  // MARK: Commands

  /// Runs a command as a process and returns its status, as a shell shows it.
  func spawn(_ command: String) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in 0..<3 as Range<Int32> {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
    }
    let limited = [
      "sh", "-c", "ulimit -t \(ForkedProcess.patience) && exec \"$@\"", "sh", TestFiles.vmemctl,
    ]
    let words = limited + command.split(separator: " ").map(String.init)
    return try Command.wait(for: try Command.spawn(words, &actions, ["VMEMCTL_IMAGE": path]))
  }

  /// Runs a command in a copy of this process.
  func fork(_ command: String) throws -> Int32 {
    try ForkedProcess.status { status(of: command) }
  }

  private func status(of command: String) -> Int32 {
    var options = LineOptions()
    options.image = path
    let words = command.split(separator: " ").map(String.init)
    do throws(ProcessFailure) {
      return try OneShot(options: options).run(words: words)
    } catch {
      return error.exitCode
    }
  }
}
