import TestSupport
import Testing

@testable import VMem

/// Files, vmap_file and udmabuf against arrays of bytes.
struct FilePropertyTests {
  /// A file of the machine and what it must hold.
  private struct Model {
    let address: UInt64
    let isSealed: Bool
    var bytes: [UInt8]
  }

  private static func pread(
    _ machine: borrowing Machine, _ address: UInt64, _ offset: Int, _ count: Int
  ) throws -> [UInt8] {
    var got: [UInt8] = []
    try machine.files.pread(address, offset: UInt64(offset), count: UInt64(count)) { chunk in
      for index in chunk.indices { got.append(chunk[index]) }
    }
    return got
  }

  private static func read(
    _ machine: borrowing Machine, _ address: UInt64, _ count: Int
  ) throws -> [UInt8] {
    var got: [UInt8] = []
    try machine.mmu.read(address, count: UInt64(count)) { chunk in
      for index in chunk.indices { got.append(chunk[index]) }
    }
    return got
  }

  /// Reads, writes and sizes of files of all folio orders; mappings of ranges and of lists of ranges
  /// show the same bytes, and what is written through one is in all.
  @Test(arguments: 1...6)
  func filesAreTheirBytes(_ part: Int) throws {
    let seed = UInt64.random(in: 1...1_000_000)
    var random = SeededGenerator(seed: seed)
    var configuration = Configuration(memory: 48 << 20, cpus: 2)
    configuration.kernel = part % 2 == 0 ? .v6_18 : .v6_6
    let machine = try Machine(configuration)
    var files: [Model] = []
    for order in 0..<4 as Range<UInt64> {
      files.append(
        Model(
          address: try machine.files.makeFile(size: 0, order: order), isSealed: false, bytes: []))
      let memfd = try machine.files.createMemfd(allowsSealing: true, order: order)
      let size = 4096 * 40
      try machine.files.ftruncate(memfd, size: UInt64(size))
      try machine.files.addSeals(memfd, .shrink)
      files.append(
        Model(address: memfd, isSealed: true, bytes: Array(repeating: 0, count: size)))
    }
    let place = "seed \(seed)"
    for step in 0..<300 {
      let at = Int.random(in: 0..<files.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0, 1: try write(machine, &files[at], &random, place)
      case 2:
        let offset = Int.random(in: 0...files[at].bytes.count + 10, using: &random)
        let count = Int.random(in: 0...20_000, using: &random)
        let expected = Array(files[at].bytes.dropFirst(offset).prefix(count))
        #expect(try Self.pread(machine, files[at].address, offset, count) == expected, "\(place)")
      case 3: try resize(machine, &files[at], &random, place)
      case 4: try mapRange(machine, &files[at], &random, place)
      case 5: try mapList(machine, &files, &random, place)
      default: try punch(machine, &files[at], &random)
      }
      if step % 10 == 9 { try require(machine.expectSound("\(place), step \(step)")) }
    }
    for file in files {
      #expect(
        try Self.pread(machine, file.address, 0, file.bytes.count) == file.bytes, "\(place)")
      try machine.files.closeFile(file.address)
    }
    try require(machine.expectSound("\(place), all closed"))
  }

  private func write(
    _ machine: borrowing Machine, _ file: inout Model, _ random: inout SeededGenerator,
    _ place: String
  ) throws {
    let offset = Int.random(in: 0...max(file.bytes.count, 50_000), using: &random)
    let bytes = (0..<Int.random(in: 1...9000, using: &random)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    #expect(
      try machine.files.pwrite(file.address, offset: UInt64(offset), bytes.span)
        == UInt64(bytes.count), "\(place)")
    let end = offset + bytes.count
    if end > file.bytes.count {
      file.bytes += Array(repeating: 0, count: end - file.bytes.count)
    }
    file.bytes.replaceSubrange(offset..<end, with: bytes)
  }

  private func resize(
    _ machine: borrowing Machine, _ file: inout Model, _ random: inout SeededGenerator,
    _ place: String
  ) throws {
    let size = Int.random(in: 0...80_000, using: &random)
    if file.isSealed, size < file.bytes.count {
      let (address, length) = (file.address, UInt64(size))
      let refusal = #expect(throws: Refusal.self, "\(place)") {
        try machine.files.ftruncate(address, size: length)
      }
      #expect(refusal?.outcome == .errno(.EPERM))
      return
    }
    try machine.files.ftruncate(file.address, size: UInt64(size))
    file.bytes =
      Array(file.bytes.prefix(size))
      + Array(repeating: 0, count: max(0, size - file.bytes.count))
  }

  /// Pages that hold bytes [start, end) are mapped one after the other, when all are in memory.
  private func mapRange(
    _ machine: borrowing Machine, _ file: inout Model, _ random: inout SeededGenerator,
    _ place: String
  ) throws {
    guard file.bytes.count > 1 else { return }
    let start = Int.random(in: 0..<file.bytes.count - 1, using: &random)
    let end = Int.random(in: start + 1...file.bytes.count, using: &random)
    if file.isSealed {
      try machine.files.fallocate(
        file.address, start: UInt64(start), end: UInt64(end), punchesHole: false)
    } else {
      try machine.files.readAhead(file.address, start: UInt64(start), end: UInt64(end))
    }
    let area = try machine.files.vmapFile(file.address, start: UInt64(start), end: UInt64(end))
    let first = UInt64(start & 4095)
    #expect(
      try Self.read(machine, area + first, end - start) == Array(file.bytes[start..<end]),
      "\(place)")
    let at = Int.random(in: start..<end, using: &random)
    let byte: [UInt8] = [UInt8.random(in: 0...255, using: &random)]
    try machine.mmu.write(area + first + UInt64(at - start), byte.span)
    file.bytes[at] = byte[0]
    try machine.mappings.vunmap(area)
  }

  /// Ranges of sealed memfds, which may overlap and repeat, one after the other.
  private func mapList(
    _ machine: borrowing Machine, _ files: inout [Model], _ random: inout SeededGenerator,
    _ place: String
  ) throws {
    var items: [UdmabufItem] = []
    var sources: [(file: Int, page: Int)] = []
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      let file = Int.random(in: 0..<files.count / 2, using: &random) * 2 + 1
      let pages = files[file].bytes.count / 4096
      let first = Int.random(in: 0..<pages, using: &random)
      let count = Int.random(in: 1...min(30, pages - first), using: &random)
      items.append(
        UdmabufItem(
          memfd: files[file].address, offset: UInt64(first) << 12, size: UInt64(count) << 12))
      for page in first..<first + count { sources.append((file, page)) }
    }
    let buffer = try machine.files.createUdmabuf(list: items)
    let area = try machine.files.mapBuffer(buffer)
    for _ in 0..<4 {
      let at = Int.random(in: 0..<sources.count, using: &random)
      let byte: [UInt8] = [UInt8.random(in: 0...255, using: &random)]
      let offset = Int.random(in: 0..<4096, using: &random)
      try machine.mmu.write(area + UInt64(at << 12 + offset), byte.span)
      files[sources[at].file].bytes[sources[at].page << 12 + offset] = byte[0]
    }
    for (at, source) in sources.enumerated() {
      let expected = files[source.file].bytes[source.page << 12..<(source.page + 1) << 12]
      #expect(
        try Self.read(machine, area + UInt64(at) << 12, 4096) == Array(expected),
        "\(place), page \(at)")
    }
    try machine.files.unmapBuffer(buffer)
    try machine.files.closeBuffer(buffer)
  }

  private func punch(
    _ machine: borrowing Machine, _ file: inout Model, _ random: inout SeededGenerator
  ) throws {
    guard file.bytes.count > 1 else { return }
    let start = Int.random(in: 0..<file.bytes.count - 1, using: &random)
    let end = Int.random(in: start + 1...file.bytes.count, using: &random)
    try machine.files.fallocate(
      file.address, start: UInt64(start), end: UInt64(end), punchesHole: true)
    for at in start..<end { file.bytes[at] = 0 }
  }
}
