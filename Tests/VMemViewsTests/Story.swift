@testable import VMem
import VMemViews

/// A machine with a little of everything that views show.
final class Story {
  let machine: Machine
  /// A sparse area of 4 GiB named `s`, with the four pages of `P` from its second page on.
  let area: UInt64
  let frames: [UInt64]

  private init(_ machine: consuming Machine, _ area: UInt64, _ frames: [UInt64]) {
    self.machine = machine
    self.area = area
    self.frames = frames
  }

  static func told(_ configuration: Configuration = Configuration()) throws -> Story {
    let machine = try Machine(configuration)
    let pages = try machine.allocatePages(count: 4)
    machine.names.bind(try machine.names.declare(Array("P".utf8).span), pages: pages)
    let frames = (0..<4).map { UInt64(machine.pageSets.page($0, of: pages)!) }
    let caller = try machine.intern(caller: Array("vmemctl+0x0/0x0".utf8).span)
    let area = try machine.vmAreas.getVMArea(size: 4 << 30, flags: .sparse, caller: caller)
    machine.names.bind(try machine.names.declare(Array("s".utf8).span), address: area)
    try machine.mappings.vmAreaMapPages(
      area: area, start: area + 0x1000, end: area + 0x5000, pages: frames)
    return Story(machine, area, frames)
  }

  /// What a view of the machine prints.
  func shown(
    _ format: ViewOutput.Format = .text,
    _ view: (borrowing Machine, inout ViewOutput) -> Void
  ) -> String {
    var output = ViewOutput(descriptor: nil, format: format)
    view(machine, &output)
    return output.writer.takeString()
  }
}

/// `0x` and sixteen digits, by way of the standard library.
func address(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
}
