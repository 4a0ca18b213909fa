import VMem
import VMemViews

@main
struct FirstMachine {
  static func main() throws {
    var configuration = Configuration()
    configuration.memory = 64 << 20  // bytes
    let machine = try Machine(configuration)

    // 64 KiB of kernel addresses, and two pages in the middle of them.
    let area = try machine.getVMArea(size: 64 << 10, flags: .sparse)
    let set = try machine.allocatePages(count: 2)
    guard let one = machine.page(0, of: set), let two = machine.page(1, of: set) else { return }
    let frames = [one, two]
    let (start, end) = (area + 0x2000, area + 0x4000)
    try machine.vmAreaMapPages(area: area, start: start, end: end, pages: frames)

    // The guard page behind the area is not the area's.
    do {
      try machine.vmAreaMapPages(
        area: area, start: area + 0x10000, end: area + 0x11000, pages: [frames[0]])
    } catch {
      print(error.outcome == .errno(.ERANGE) ? "the guard page is refused" : "\(error)")
    }

    var output = ViewOutput(descriptor: nil, format: .text)
    Views.walk(machine, start, to: &output)
    Views.vmallocinfo(machine, pointers: .real, to: &output)
    print(output.writer.takeString(), terminator: "")
  }
}
