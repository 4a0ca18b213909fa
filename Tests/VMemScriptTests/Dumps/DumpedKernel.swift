import Glibc
import TestSupport
import VMem

@testable import VMemScript
@testable import VMemViews

/// A crash dump as its readers see it: addresses go through the page tables of the dump, names and
/// places come from the kernel's image.
final class DumpedKernel {
  let core: CoreReader
  let image: KernelImage
  private let levels: Int
  private let base: UInt64

  init(_ machine: borrowing Machine) throws {
    var path = Array("/tmp/vmem-dump-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    unlink(path)
    guard Dump.vmcore(machine, descriptor: descriptor) == nil else { throw NoDump() }
    core = CoreReader(descriptor: descriptor)
    image = KernelImage(machine.configuration)
    levels = machine.configuration.levels
    base = core.loads.last!.physical
  }

  struct NoDump: Error {}

  var information: [String: String] {
    let text = String(decoding: core.notes.last!.bytes, as: UTF8.self)
    return text.split(separator: "\n").reduce(into: [:]) { result, line in
      let parts = line.split(separator: "=", maxSplits: 1)
      result[String(parts[0])] = String(parts[1])
    }
  }

  /// A word of physical memory; nil where the dump has none.
  func physical(_ address: UInt64) -> UInt64? {
    let load = core.loads.first { $0.physical <= address && address < $0.physical + $0.fileSize }
    return load.map { core.number($0.offset + address - $0.physical, 8) }
  }

  /// The physical address behind a virtual one, by the tables that `swapper_pg_dir` begins.
  func translate(_ address: UInt64) -> UInt64? {
    var table = image["swapper_pg_dir"] - KernelImage.start + base
    for level in (0..<levels).reversed() {
      let shift = UInt64(12 + 9 * level)
      guard let entry = physical(table + (address >> shift & 511) * 8), entry & 1 != 0 else {
        return nil
      }
      let frame = entry & 0x000f_ffff_ffff_f000
      if level == 0 || entry & 0x80 != 0 {
        return frame & ~(1 << shift - 1) | address & (1 << shift - 1)
      }
      table = frame
    }
    return nil
  }

  /// A number of up to 8 bytes, which lies in one page.
  func load(_ address: UInt64, size: Int = 8) -> UInt64 {
    guard let place = translate(address), let word = physical(place & ~7) else { return .max }
    let value = word >> ((place & 7) * 8)
    return size == 8 ? value : value & (1 << UInt64(size * 8) - 1)
  }

  func load(_ address: UInt64, _ structure: String, _ path: String) -> UInt64 {
    let field = image.table.field(structure, path)
    return load(address + UInt64(field.offset), size: field.size)
  }

  func variable(_ name: String) -> UInt64 { load(image[name]) }

  /// The text up to a NUL.
  func text(_ address: UInt64, _ most: Int = 4096) -> String {
    var bytes: [UInt8] = []
    while bytes.count < most {
      let byte = UInt8(load(address + UInt64(bytes.count), size: 1) & 0xff)
      if byte == 0 { break }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The structures on a list, by the member that links them. Stops where a link does not lead back.
  func list(_ head: UInt64, _ structure: String, _ member: String) -> [UInt64] {
    var members: [UInt64] = []
    var at = head
    repeat {
      let next = load(at)
      guard next != .max, load(next + 8) == at else { return [] }
      at = next
      if at != head { members.append(at - image.offset(structure, member)) }
    } while at != head
    return members
  }

  /// The nodes of a red-black tree in order; empty where a rule of such trees is broken.
  func tree(_ root: UInt64) -> [UInt64] {
    var nodes: [UInt64] = []
    let isSound = visit(load(root), parent: 0, parentIsRed: true, &nodes) != nil
    return isSound ? nodes : []
  }

  /// The black nodes on each way down, or nil.
  private func visit(
    _ node: UInt64, parent: UInt64, parentIsRed: Bool, _ nodes: inout [UInt64]
  ) -> Int? {
    guard node != 0 else { return 0 }
    let word = load(node)
    let isRed = word & 1 == 0
    guard word & ~3 == parent, !(isRed && parentIsRed) else { return nil }
    guard let left = visit(load(node + 16), parent: node, parentIsRed: isRed, &nodes) else {
      return nil
    }
    nodes.append(node)
    let right = visit(load(node + 8), parent: node, parentIsRed: isRed, &nodes)
    return left == right ? left + (isRed ? 0 : 1) : nil
  }

  /// The entries of an xarray: indices and pointers. Siblings of a multi-index entry are left out.
  func xarray(_ array: UInt64) -> [(index: UInt64, entry: UInt64)] {
    var found: [(index: UInt64, entry: UInt64)] = []
    visitEntries(load(array, "struct xarray", "xa_head"), 0, &found)
    return found
  }

  private func visitEntries(
    _ entry: UInt64, _ index: UInt64, _ found: inout [(index: UInt64, entry: UInt64)]
  ) {
    guard entry & 3 == 2, entry > 4096 else {
      if entry != 0, entry & 3 == 0 { found.append((index, entry)) }
      return
    }
    let node = entry & ~3
    let shift = load(node, "struct xa_node", "shift")
    for slot in 0..<64 as Range<UInt64> {
      let below = load(node + image.offset("struct xa_node", "slots") + slot * 8)
      visitEntries(below, index | slot << shift, &found)
    }
  }

  /// The entries of a maple tree: first and last index, and pointer.
  func maple(_ tree: UInt64) -> [(first: UInt64, last: UInt64, entry: UInt64)] {
    var found: [(first: UInt64, last: UInt64, entry: UInt64)] = []
    let root = load(tree, "struct maple_tree", "ma_root")
    if root != 0 { visitMaple(root, 0, .max, &found) }
    return found
  }

  private func visitMaple(
    _ node: UInt64, _ first: UInt64, _ last: UInt64,
    _ found: inout [(first: UInt64, last: UInt64, entry: UInt64)]
  ) {
    let kind = node >> 3 & 15
    let structure = kind == 3 ? "struct maple_arange_64" : "struct maple_range_64"
    let place = node & ~255
    let pivots = kind == 3 ? 9 : 15
    let end = Int(load(place, structure, "meta.end"))
    var from = first
    for slot in 0...end {
      let pivot = slot < pivots ? load(place, structure, "pivot[\(slot)]") : 0
      let to = slot == end || pivot == 0 ? last : pivot
      let entry = load(place, structure, "slot[\(slot)]")
      if kind == 1 {
        if entry != 0 { found.append((from, to, entry)) }
      } else {
        visitMaple(entry, from, to, &found)
      }
      from = to &+ 1
    }
  }
}
