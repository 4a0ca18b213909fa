internal import VMem
internal import VMemViews

/// A register as the target description lists it, in the order of QEMU's.
struct Register {
  let name: String
  let bits: Int
  let type: String
  var group = ""

  private static let general = [
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
  ]

  static let all: [Register] = {
    var all = general.map {
      Register(name: $0, bits: 64, type: ["rbp", "rsp"].contains($0) ? "data_ptr" : "int64")
    }
    all.append(Register(name: "rip", bits: 64, type: "code_ptr"))
    all.append(Register(name: "eflags", bits: 32, type: "i386_eflags"))
    all += ["cs", "ss", "ds", "es", "fs", "gs"].map { Register(name: $0, bits: 32, type: "int32") }
    all += ["fs_base", "gs_base", "k_gs_base", "cr0", "cr2", "cr3", "cr4", "cr8", "efer"].map {
      Register(name: $0, bits: 64, type: "int64")
    }
    all += (0..<8).map { Register(name: "st\($0)", bits: 80, type: "i387_ext") }
    all += ["fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"].map {
      Register(name: $0, bits: 32, type: "int", group: "float")
    }
    all += (0..<16).map { Register(name: "xmm\($0)", bits: 128, type: "vec128") }
    all.append(Register(name: "mxcsr", bits: 32, type: "i386_mxcsr", group: "vector"))
    return all
  }()

  /// The value, its lowest byte first; of floating point there is none.
  func bytes(_ registers: LiveMemory.Registers) -> [UInt8] {
    let value = value(registers)
    return (0..<bits / 8).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) : 0 }
  }

  private func value(_ registers: LiveMemory.Registers) -> UInt64 {
    let places = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"]
    if let index = places.firstIndex(of: name) {
      return index < registers.arguments.count ? registers.arguments[index] : 0
    }
    return switch name {
    case "rax": registers.rax
    case "rip": registers.rip
    case "rsp": registers.rsp
    case "eflags": LiveMemory.Registers.eflags
    case "cs": LiveMemory.Registers.cs
    case "ss": LiveMemory.Registers.ss
    case "cr0": ControlRegisters.cr0
    case "cr3": registers.cr3
    case "cr4": registers.cr4
    case "efer": ControlRegisters.efer
    // What a processor starts with.
    case "fctrl": 0x37f
    case "ftag": 0xffff
    case "mxcsr": 0x1f80
    default: 0
    }
  }
}
