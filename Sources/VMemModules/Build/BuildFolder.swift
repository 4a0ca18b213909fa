internal import CModule
internal import Glibc

/// The folder that headers and built objects are kept in: `vmemctl` in $XDG_CACHE_HOME or ~/.cache, or a
/// folder of this user's in /tmp.
struct BuildFolder {
  let path: String

  /// Makes the folder; nil where none can be written.
  init?() {
    var candidates: [String] = []
    if let cache = Self.variable("XDG_CACHE_HOME"), cache.hasPrefix("/") {
      candidates.append(cache)
    }
    if let home = Self.variable("HOME"), home.hasPrefix("/") { candidates.append(home + "/.cache") }
    for candidate in candidates {
      mkdir(candidate, 0o700)
      if Self.isMine(candidate + "/vmemctl") {
        path = candidate + "/vmemctl"
        return
      }
    }
    let shared = "/tmp/vmemctl-\(getuid())"
    guard Self.isMine(shared) else { return nil }
    path = shared
  }

  static func variable(_ name: String) -> String? {
    // Safe: the environment's strings are copied.
    getenv(name).map { String(cString: $0) }
  }

  /// Makes a folder that only this user can write to; false for one that somebody else has made.
  private static func isMine(_ path: String) -> Bool {
    mkdir(path, 0o700)
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == getuid()
      && status.st_mode & 0o022 == 0 && access(path, W_OK) == 0
  }

  /// The folder with the headers, which is written where it is not there yet, or where files of it are
  /// missing or cut short.
  func headers() -> String? {
    var hash = ContentHash()
    for index in 0..<Int(vmem_file_count) { hash.add(Self.bytes(index)) }
    let folder = path + "/include-" + hash.text
    var status = stat()
    if stat(folder, &status) == 0 {
      return Self.writeHeaders(to: folder, if: { !Self.has($0, $1) }) ? folder : nil
    }
    let temporary = path + "/include-\(hash.text).\(getpid())"
    guard Self.writeHeaders(to: temporary) else { return nil }
    // Whoever was faster has written the same.
    if rename(temporary, folder) != 0, stat(folder, &status) != 0 { return nil }
    return folder
  }

  /// Whether a file has so many bytes.
  private static func has(_ path: String, _ count: Int) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && Int(status.st_size) == count
  }

  private static func bytes(_ index: Int) -> [UInt8] {
    // Safe: the table has as many entries, each of as many bytes.
    let file = vmem_files_at(index)
    return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.size)))
  }

  static let headerNames = Set(
    (0..<Int(vmem_file_count)).map { String(cString: vmem_files_at($0).path) })

  /// Whether a path is one of the headers, in whichever folder they were.
  static func isHeader(_ path: [UInt8]) -> Bool {
    let parts = path.split(separator: UInt8(ascii: "/")).suffix(2)
    let names = parts.map { String(decoding: $0, as: UTF8.self) }
    return headerNames.contains(names.joined(separator: "/"))
  }

  /// A file that the headers come with.
  static func file(_ name: String) -> [UInt8] {
    for index in 0..<Int(vmem_file_count) where String(cString: vmem_files_at(index).path) == name {
      return bytes(index)
    }
    return []
  }

  /// Writes the real headers, and one for each name that includes them: what all names have, and the
  /// headers behind it in the list.
  ///
  /// - Parameter isWanted: whether a path with so many bytes is to be written.
  static func writeHeaders(
    to folder: String, if isWanted: (String, Int) -> Bool = { _, _ in true }
  ) -> Bool {
    func put(_ bytes: [UInt8], _ name: some StringProtocol) -> Bool {
      let path = folder + "/" + name
      return !isWanted(path, bytes.count) || replace(path, bytes)
    }
    for index in 0..<Int(vmem_file_count) {
      let name = String(cString: vmem_files_at(index).path)
      if name == "names" {
        for line in bytes(index).split(separator: UInt8(ascii: "\n")) {
          let words = String(decoding: line, as: UTF8.self).split(separator: "\t")
          let lines = ["all"] + words.dropFirst()
          let text = lines.map { "#include <vmem/\($0).h>\n" }.joined()
          guard put(Array(text.utf8), words[0]) else { return false }
        }
      } else if name.hasPrefix("vmem/") {
        guard put(bytes(index), name) else { return false }
      }
    }
    return true
  }

  /// Writes a file that another process may read meanwhile.
  private static func replace(_ path: String, _ bytes: [UInt8]) -> Bool {
    let temporary = "\(path).\(getpid())"
    return write(bytes, to: temporary) && rename(temporary, path) == 0
  }

  /// Writes a file and the folders above it.
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    for (index, letter) in path.utf8.enumerated() where letter == UInt8(ascii: "/") && index > 0 {
      mkdir(String(decoding: path.utf8.prefix(index), as: UTF8.self), 0o755)
    }
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return false }
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      // Safe: the rest of the array.
      let now = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress! + done, bytes.count - done)
      }
      guard now > 0 else { return false }
      done += now
    }
    return true
  }
}

/// Tells contents apart: two 64-bit sums in the manner of FNV-1a, of words rather than bytes.
struct ContentHash {
  private var low: UInt64 = 0xcbf2_9ce4_8422_2325
  private var high: UInt64 = 0x9ae1_6a3b_2f90_404f

  mutating func add(_ bytes: [UInt8]) {
    // Safe: whole words of the array, of which no more are read than there are.
    bytes.withUnsafeBytes { bytes in
      let words = bytes.count / 8
      for index in 0..<words {
        add(unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
      add(unsafe bytes[(words * 8)...].reduce(0) { $0 << 8 | UInt64($1) })
    }
    add(UInt64(bytes.count))
  }

  /// A product alone would carry no bit of a word down to lower ones.
  private mutating func add(_ word: UInt64) {
    low = (low ^ word) &* 0x100_0000_01b3
    low ^= low >> 29
    high = (high ^ word &+ 0x2d) &* 0x100_0000_01b3
    high ^= high >> 32
  }

  var text: String { String(low, radix: 36) + String(high, radix: 36) }
}
