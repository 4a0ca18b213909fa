import TestSupport
import Testing
@testable import VMemModules

/// Objects as a compiler builds them of a module.
struct CompiledObjectTests {
  private static let compilers = ["gcc", "clang"].filter { has($0) }
  private static let noCompiler: Comment = "neither gcc nor clang is installed"

  private static func has(_ program: String) -> Bool {
    (try? Command.run(["sh", "-c", "command -v \(program)"]))?.status == 0
  }

  private static let source = """
    #include <vmem/abi.h>
    extern int printk(const char *format, ...) __asm__("vk_printk");
    extern int other_function(int);
    int counter = 42;
    static const char *names[] = { "even", "odd" };
    static inline int twice(int x)
    {
        return other_function(x) + other_function(x + 1);
    }
    __attribute__((noinline, used)) static int helper(int x)
    {
        if (x > 3)
            return twice(x);
        return printk("%d %s", x, names[x & 1]);
    }
    static int start(void)
    {
        for (int i = 0; i < counter; i++)
            counter += helper(i);
        return 0;
    }
    static struct vmem_record record __attribute__((section(".vmem.records"), used)) = {
        .kind = VMEM_INIT, .pointer = start,
    };

    """

  private static func build(_ options: [String]) throws -> (ObjectFile, TemporaryFolder) {
    let folder = try TemporaryFolder()
    try folder.write(Array(source.utf8), to: "module.c")
    let flags = [
      "-nostdinc", "-isystem", TestFiles.root + "/Sources/CModule/include", "-std=gnu11", "-O2",
      "-fPIC", "-shared", "-nostdlib", "-fvisibility=hidden", "-fno-builtin",
      "-fno-omit-frame-pointer", "-fno-stack-protector", "-mgeneral-regs-only",
      "-fcf-protection=none", "-Wl,-z,now", "-Wl,--build-id=none", "-o", "\(folder.path)/module.so",
      "\(folder.path)/module.c",
    ]
    let result = try Command.run(options + flags)
    try require(result.status == 0, result.errorText)
    return (try ObjectFile(try folder.bytes("module.so")), folder)
  }

  @Test(.enabled(if: !compilers.isEmpty, noCompiler), arguments: compilers)
  func symbolsRelocationsAndRecords(_ compiler: String) throws {
    let (object, folder) = try Self.build([compiler, "-g"])
    defer { withExtendedLifetime(folder) {} }
    #expect(object.segments.contains { $0.isExecutable && !$0.isWritable })
    #expect(object.records.count == 1)
    let undefined = object.dynamicSymbols.filter { $0.isUndefined && !$0.name.isEmpty }
    #expect(
      Set(undefined.map { String(decoding: $0.name, as: UTF8.self) })
        == ["vk_printk", "other_function"])
    let helper = try required(object.symbols.symbol(named: "helper".utf8))
    #expect(helper.isFunction && helper.size > 8)
    #expect(object.symbols.symbol(at: helper.value + helper.size - 1) == helper)
    #expect(object.symbols.symbol(named: "counter".utf8)?.isObject == true)
    // The record's pointer to the function, and the two functions of others.
    #expect(object.relocations.filter { $0.kind == .relative }.count >= 1)
    #expect(object.relocations.contains { $0.address == object.records.address + 16 })
    for symbol in undefined {
      let index = try required(object.dynamicSymbols.firstIndex(of: symbol))
      #expect(object.relocations.contains { $0.kind == .symbol(index) })
    }
  }

  @Test(
    .enabled(if: !compilers.isEmpty && has("addr2line"), "no compiler or no addr2line"),
    arguments: compilers, ["-gdwarf-4", "-gdwarf-5"])
  func linesAreThoseOfAddr2line(_ compiler: String, _ version: String) throws {
    let (object, folder) = try Self.build([compiler, version])
    let table = try LineTable(object)
    var addresses: [UInt64] = []
    for name in ["helper", "start"] {
      let function = try required(object.symbols.symbol(named: name.utf8))
      addresses += function.value..<function.value + function.size
    }
    let words = addresses.map { String($0, radix: 16) }
    let result = try Command.run(["addr2line", "-s", "-e", "\(folder.path)/module.so"] + words)
    try require(result.status == 0 && result.lines.count == addresses.count, result.errorText)
    for (address, line) in zip(addresses, result.lines) {
      let expected = line.split(separator: " ")[0]
      let found = table.line(at: address).map { String(decoding: $0.text, as: UTF8.self) }
      let name = found?.split(separator: "/").last
      // Code that no line stands for has a file and a question mark.
      #expect(name == (expected.hasSuffix(":?") ? nil : expected))
    }
    let start = try required(object.symbols.symbol(named: "start".utf8))
    let file = try required(table.line(at: start.value)).file
    #expect(file == Array("\(folder.path)/module.c".utf8))
  }

  @Test(.enabled(if: !compilers.isEmpty, noCompiler), arguments: compilers)
  func withoutDebugInformationThereAreNoLines(_ compiler: String) throws {
    let (object, folder) = try Self.build([compiler, "-g0"])
    defer { withExtendedLifetime(folder) {} }
    let helper = try required(object.symbols.symbol(named: "helper".utf8))
    #expect(try LineTable(object).line(at: helper.value) == nil)
  }

  @Test(.enabled(if: has("gcc"), "gcc is not installed"))
  func compressedDebugInformationIsRefused() throws {
    let (object, folder) = try Self.build(["gcc", "-g", "-gz=zlib"])
    defer { withExtendedLifetime(folder) {} }
    #expect(throws: ObjectError.self) { try LineTable(object) }
  }

  /// Flips of the bytes of a real object are read or refused; none traps.
  @Test(.enabled(if: !compilers.isEmpty, noCompiler), arguments: compilers)
  func damage(_ compiler: String) throws {
    let (object, folder) = try Self.build([compiler, "-g"])
    defer { withExtendedLifetime(folder) {} }
    var generator = SeededGenerator(seed: 20)
    for _ in 0..<Scale.operations(2000, long: 50_000) {
      var bytes = object.bytes
      for _ in 0...generator.index(3) {
        bytes[generator.index(bytes.count)] ^= 1 << UInt8(generator.index(8))
      }
      guard let damaged = try? ObjectFile(bytes), let lines = try? LineTable(damaged) else {
        continue
      }
      for symbol in damaged.symbols.symbols { _ = lines.line(at: symbol.value) }
    }
  }
}
