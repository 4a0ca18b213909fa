import Glibc
import VMem
import VMemScript

/// Bytes are a file of vmallocinfo's rows: it becomes a machine that is sound and prints rows, or the
/// message says what is wrong with it; and views of the file answer.
enum ImportFuzzer {
  static func run(_ bytes: [UInt8]) -> Int32 {
    write(bytes, to: "rows")
    for options in ["", " --rebase", " --kernel 7.2 --cpus 4"] {
      let script = "import_vmallocinfo rows\(options)\nvmallocinfo\nvmap_state\n" + calls
      ScriptFuzzer.run(Array(script.utf8), memory: 16 << 20, allowed: [0, 1, 3, 65])
    }
    ScriptFuzzer.run(Array(views.utf8), memory: 16 << 20, allowed: [0, 1, 65])
    return 0
  }

  private static let calls = """
    check
    totals --by node
    get_vm_area 64K
    vfree 0xffffc90000000000
    pcpu_free_vm_areas 0xffffe8ffffc00000
    vm_unmap_aliases
    vmalloc 16K
    map
    check

    """

  private static let views = """
    holes --file rows
    holes --file rows --purged --range modules
    totals --file rows --by module
    fit 16K --file rows
    fit 2M --align 2M --file rows
    map --file rows

    """

  private static func write(_ bytes: [UInt8], to name: String) {
    let file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    defer { close(file) }
    _ = Glibc.write(file, bytes, bytes.count)
  }
}
