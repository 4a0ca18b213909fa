internal import CHost
internal import Glibc
package import VMem

/// Builds a module from its source with the host's C compiler and the headers that come with the
/// program.
package struct ModuleCompiler {
  package struct Failure: Error {
    /// What went wrong, and what to do about it.
    package let sentence: String
    package let hint: String?
    /// What the compiler has printed.
    package let output: [UInt8]
  }

  private let words: [String]
  private let folder: BuildFolder
  private let headers: String

  /// The compiler is `VMEMCTL_CC`, or `cc`.
  package init() throws(Failure) {
    let named = BuildFolder.variable("VMEMCTL_CC").flatMap { $0.isEmpty ? nil : $0 }
    words = (named ?? "cc").split(separator: " ").map(String.init)
    guard let first = words.first, Self.isThere(first) else {
      throw Failure(
        sentence: "no C compiler: \(named ?? "cc") is not to be found",
        hint:
          "install gcc (apt install gcc), name one in VMEMCTL_CC, or insmod a .so that modcc has built",
        output: [])
    }
    guard let folder = BuildFolder(), let headers = folder.headers() else {
      throw Failure(
        sentence: "no folder for headers can be written",
        hint: "set XDG_CACHE_HOME to a folder of yours", output: [])
    }
    self.folder = folder
    self.headers = headers
  }

  private static func isThere(_ program: String) -> Bool {
    if program.contains("/") { return access(program, X_OK) == 0 }
    let path = BuildFolder.variable("PATH") ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  /// The name of the module that a source file makes.
  package static func moduleName(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.split(separator: ".").first.map(String.init) ?? file
    return String(stem.map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }

  /// The object that sources make for a kernel, from the cache where it was built before. The first one
  /// names the module.
  package func object(
    _ paths: [String], _ kernel: KernelVersion
  ) throws(Failure) -> (bytes: [UInt8], warnings: [UInt8]) {
    var hash = ContentHash()
    for path in paths {
      guard let source = Self.read(path) else {
        throw Failure(sentence: "\(path): \(Self.lastError)", hint: nil, output: [])
      }
      hash.add(source)
      hash.add(Array(absolute(path).utf8))
    }
    let flags = compilerFlags(Self.moduleName(paths[0]), kernel)
    hash.add(Array((words + flags + Self.linkerFlags).joined(separator: " ").utf8))
    let kept = folder.path + "/" + hash.text
    if let bytes = Self.read(kept + ".so"), isCurrent(kept, bytes) { return (bytes, []) }
    return try build(paths, flags, kept)
  }

  private func absolute(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  private func compilerFlags(_ name: String, _ kernel: KernelVersion) -> [String] {
    let number = Int(kernel.rawValue)
    let version = (number / 1000) << 16 | (number % 1000) << 8
    var result = ["-nostdinc", "-isystem", headers, "-std=gnu11", "-O2", "-g", "-fPIC"]
    result += ["-fvisibility=hidden", "-fno-builtin", "-fno-strict-aliasing"]
    result += [
      "-fno-common", "-fwrapv", "-fno-delete-null-pointer-checks", "-fno-omit-frame-pointer",
      "-fno-stack-protector",
    ]
    result += ["-mgeneral-regs-only", "-fcf-protection=none", "-Wall"]
    result += ["-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types"]
    result += ["-Werror=implicit-int", "-Werror=return-type", "-Wundef"]
    result += Self.silent.map { "-Wno-" + $0 }
    result += ["-D__KERNEL__", "-DMODULE", "-DKBUILD_MODNAME=\"\(name)\""]
    result += ["-DKBUILD_BASENAME=\"\(name)\"", "-DVMEM_LINUX_VERSION_CODE=\(version)"]
    return result
  }

  /// Warnings that the build of a kernel does not give, of those that gcc and clang know; others are
  /// switched off in the headers.
  private static let silent = [
    "pointer-sign", "format-security", "array-bounds", "unused-but-set-variable",
    "unused-const-variable", "address-of-packed-member", "override-init",
    "missing-field-initializers", "type-limits", "shift-negative-value", "sign-compare",
  ]

  private static let linkerFlags = [
    "-shared", "-nostdlib", "-Wl,-z,now", "-Wl,--build-id=none", "-Wl,-z,noexecstack",
  ]

  /// Compiles and links; several sources one after the other, and then all that came of them.
  private func build(
    _ paths: [String], _ flags: [String], _ kept: String
  ) throws(Failure) -> (bytes: [UInt8], warnings: [UInt8]) {
    let temporary = kept + ".\(getpid())"
    let parts = paths.indices.map { "\(temporary).\($0)" }
    defer {
      for part in parts {
        unlink(part + ".d")
        unlink(part + ".o")
      }
      unlink(temporary + ".so")
    }
    let compiler = words + ownHeaders + flags
    let output = ["-o", temporary + ".so"]
    var messages: [UInt8] = []
    for (path, part) in zip(paths, parts) {
      let rest = paths.count > 1 ? ["-c", "-o", part + ".o"] : Self.linkerFlags + output
      messages += try run(
        compiler + ["-MD", "-MF", part + ".d"] + rest + [path], or: "\(path) does not compile")
    }
    if paths.count > 1 {
      messages += try run(
        words + Self.linkerFlags + output + parts.map { $0 + ".o" },
        or: "\(paths.joined(separator: ", ")) do not make one module")
    }
    guard let bytes = Self.read(temporary + ".so") else {
      throw Failure(sentence: "\(words[0]) has made no object", hint: nil, output: messages)
    }
    writeSums(bytes, parts, kept)
    _ = rename(temporary + ".so", kept + ".so")
    return (bytes, messages)
  }

  /// The compiler's own stddef.h and stdarg.h.
  private var ownHeaders: [String] {
    guard let own = run(words + ["-print-file-name=include"]) else { return [] }
    return ["-isystem", String(decoding: own.output.prefix { $0 != 0x0a }, as: UTF8.self)]
  }

  /// What the compiler says when it succeeds.
  private func run(_ command: [String], or sentence: String) throws(Failure) -> [UInt8] {
    guard let result = run(command) else {
      throw Failure(sentence: "\(words[0]) cannot be run", hint: nil, output: [])
    }
    guard result.status == 0 else {
      throw Failure(
        sentence: sentence,
        hint: Self.secondInit(result.output) ?? FamilyTable.own.hint(of: result.output),
        output: result.output)
    }
    return result.output
  }

  /// What an assembler or a linker says of a second module_init.
  private static func secondInit(_ output: [UInt8]) -> String? {
    let text = String(decoding: output, as: UTF8.self)
    for (symbol, macro) in [("init_module", "module_init"), ("cleanup_module", "module_exit")] {
      let isSecond = text.split(separator: "\n").contains {
        $0.hasInfix(symbol)
          && ($0.hasInfix("already defined") || $0.hasInfix("multiple definition"))
      }
      if isSecond { return "a module has one \(macro), in one of its files" }
    }
    return nil
  }

  // MARK: What was built

  private static func sum(_ bytes: [UInt8]) -> String {
    var hash = ContentHash()
    hash.add(bytes)
    return hash.text
  }

  /// Writes the sums of an object, and of the files beside the sources that went in.
  private func writeSums(_ object: [UInt8], _ parts: [String], _ kept: String) {
    var lines = Self.sum(object) + "\n"
    for part in parts {
      guard let text = Self.read(part + ".d") else { return }
      let rule = String(decoding: text, as: UTF8.self).drop { $0 != ":" }.dropFirst()
      for word in rule.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\\" }) {
        let file = String(word)
        if file.hasPrefix(headers) { continue }
        guard let bytes = Self.read(file) else { continue }
        lines += "\(Self.sum(bytes)) \(absolute(file))\n"
      }
    }
    _ = BuildFolder.write(Array(lines.utf8), to: kept + ".sums")
  }

  /// Whether an object is as it was built, and all files that went in are as they were.
  private func isCurrent(_ kept: String, _ object: [UInt8]) -> Bool {
    guard let text = Self.read(kept + ".sums") else { return false }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    guard let own = lines.first, own == Self.sum(object) else { return false }
    return lines.dropFirst().allSatisfy { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let bytes = Self.read(String(parts[1])) else { return false }
      return Self.sum(bytes) == parts[0]
    }
  }

  // MARK: Processes and files

  private func run(_ words: [String]) -> (status: Int32, output: [UInt8])? {
    let file = chost_open_memory()
    guard file >= 0 else { return nil }
    defer { close(file) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, file, 1)
    posix_spawn_file_actions_adddup2(&actions, file, 2)
    // Safe: the copies live until the child has its own.
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    var process: pid_t = 0
    // Hints are found in messages in English.
    let before = BuildFolder.variable("LC_ALL")
    setenv("LC_ALL", "C", 1)
    let failure = posix_spawnp(&process, words[0], &actions, nil, arguments, environ)
    if let before { setenv("LC_ALL", before, 1) } else { unsetenv("LC_ALL") }
    guard failure == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    lseek(file, 0, SEEK_SET)
    return (status, Self.read(file))
  }

  /// What the host says of the last file that could not be opened.
  package static var lastError: String { String(cString: strerror(errno)) }

  /// Writes a file; what went wrong, or nil.
  package static func write(_ bytes: [UInt8], to path: String) -> String? {
    BuildFolder.write(bytes, to: path) ? nil : lastError
  }

  package static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      errno = EISDIR
      return nil
    }
    return read(file)
  }

  private static func read(_ file: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Safe: as many bytes as the buffer has.
      let got = Glibc.read(file, &part, part.count)
      if got > 0 { bytes += part[..<got] } else if got == 0 || errno != EINTR { return bytes }
    }
  }
}
