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

  /// The object that a source makes for a kernel, from the cache where it was built before.
  package func object(
    _ path: String, _ kernel: KernelVersion
  ) throws(Failure) -> (bytes: [UInt8], warnings: [UInt8]) {
    guard let source = Self.read(path) else {
      throw Failure(
        sentence: "\(path): \(String(cString: strerror(errno)))", hint: nil, output: [])
    }
    var hash = ContentHash()
    hash.add(source)
    hash.add(Array(absolute(path).utf8))
    hash.add(Array(arguments(path, kernel, "").joined(separator: " ").utf8))
    let kept = folder.path + "/" + hash.text
    if let bytes = Self.read(kept + ".so"), isCurrent(kept) { return (bytes, []) }
    return try build(path, kernel, kept)
  }

  private func absolute(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  private func arguments(_ path: String, _ kernel: KernelVersion, _ output: String) -> [String] {
    let name = Self.moduleName(path)
    let number = Int(kernel.rawValue)
    let version = (number / 1000) << 16 | (number % 1000) << 8
    var result = words
    result += ["-nostdinc", "-isystem", headers, "-std=gnu11", "-O2", "-g", "-fPIC", "-shared"]
    result += ["-nostdlib", "-fvisibility=hidden", "-fno-builtin", "-fno-strict-aliasing"]
    result += [
      "-fno-common", "-fwrapv", "-fno-delete-null-pointer-checks", "-fno-omit-frame-pointer",
      "-fno-stack-protector",
    ]
    result += ["-mgeneral-regs-only", "-fcf-protection=none", "-Wall"]
    result += ["-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types"]
    result += ["-Wl,-z,now", "-Wl,--build-id=none", "-Wl,-z,noexecstack"]
    result += ["-D__KERNEL__", "-DMODULE", "-DKBUILD_MODNAME=\"\(name)\""]
    result += ["-DKBUILD_BASENAME=\"\(name)\"", "-DVMEM_LINUX_VERSION_CODE=\(version)"]
    if !output.isEmpty { result += ["-MD", "-MF", output + ".d", "-o", output + ".so"] }
    return result + [path]
  }

  private func build(
    _ path: String, _ kernel: KernelVersion, _ kept: String
  ) throws(Failure) -> (bytes: [UInt8], warnings: [UInt8]) {
    let temporary = kept + ".\(getpid())"
    var command = arguments(path, kernel, temporary)
    // The compiler's own stddef.h and stdarg.h.
    if let own = run(words + ["-print-file-name=include"]) {
      let folder = String(decoding: own.output.prefix { $0 != 0x0a }, as: UTF8.self)
      command.insert(contentsOf: ["-isystem", folder], at: words.count + 1)
    }
    guard let result = run(command) else {
      throw Failure(sentence: "\(words[0]) cannot be run", hint: nil, output: [])
    }
    defer {
      unlink(temporary + ".d")
      unlink(temporary + ".so")
    }
    guard result.status == 0, let bytes = Self.read(temporary + ".so") else {
      throw Failure(
        sentence: "\(path) does not compile", hint: FamilyTable.own.hint(of: result.output),
        output: result.output)
    }
    writeDependencies(temporary, kept)
    _ = rename(temporary + ".so", kept + ".so")
    return (bytes, result.output)
  }

  // MARK: Headers of the module's own

  /// Writes the sums of the files beside the source that went in.
  private func writeDependencies(_ temporary: String, _ kept: String) {
    guard let text = Self.read(temporary + ".d") else { return }
    let rule = String(decoding: text, as: UTF8.self).drop { $0 != ":" }.dropFirst()
    var lines = ""
    for word in rule.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\\" }) {
      let file = String(word)
      if file.hasPrefix(headers) { continue }
      guard let bytes = Self.read(file) else { continue }
      var hash = ContentHash()
      hash.add(bytes)
      lines += "\(hash.text) \(absolute(file))\n"
    }
    _ = BuildFolder.write(Array(lines.utf8), to: kept + ".sums")
  }

  /// Whether all files that went in are as they were.
  private func isCurrent(_ kept: String) -> Bool {
    guard let text = Self.read(kept + ".sums") else { return false }
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let bytes = Self.read(String(parts[1])) else { return false }
      var hash = ContentHash()
      hash.add(bytes)
      if hash.text != parts[0] { return false }
    }
    return true
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
