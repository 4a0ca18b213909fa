import Glibc
import Testing
import VMem
import VMemScript

/// Files of the host: read on demand, written when asked, and changed behind our back.
@Suite struct HostFileTests {
  /// Runs lines that must all be as expected, and returns what they print.
  private func lines(_ script: String) -> [String] { expectedLines(script, boot: "--memory 64M") }

  /// A file of the host that goes away with the value.
  private final class HostFile {
    let path: String

    init(_ text: String) {
      var name = Array("/tmp/vmemctl-file-XXXXXX".utf8CString)
      let descriptor = mkstemp(&name)
      path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      Glibc.close(descriptor)
    }

    deinit { unlink(path) }

    var contents: String {
      let descriptor = Glibc.open(path, O_RDONLY)
      defer { Glibc.close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = Glibc.read(descriptor, &bytes, bytes.count)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test func hostFilesAreReadOnDemandAndWrittenWhenAsked() {
    let file = HostFile(String(repeating: "x", count: 5000))
    let rows = lines(
      """
      @f = file_open \(file.path) --readahead 1
      pread f 4999 2
      folios f
      pwrite f 0 text:Hello
      pwrite f 5000 text:END
      fsync f
      fsync f
      """)
    #expect(rows[0] == "78" && rows[1] == "0..1 hole")
    #expect(Array(rows.suffix(4)) == ["5", "3", "2", "0"])
    #expect(file.contents == "Hello" + String(repeating: "x", count: 4995) + "END")
  }

  @Test func hostFilesStayAsTheyAreWithoutFsync() {
    let file = HostFile("as it was")
    _ = lines("@f = file_open \(file.path)\npwrite f 0 text:changed\nftruncate f 4\nclose f")
    #expect(file.contents == "as it was")
  }

  @Test func usersWritesReachTheHost() {
    let file = HostFile("as it was")
    let rows = lines(
      """
      @mm = mm_create
      @switch_mm mm
      @f = file_open \(file.path)
      @u = mmap mm 4K --file f --shared
      @write u text:is
      fsync f
      fsync f
      @write u+3 text:I
      munmap mm u 4K
      fsync f
      """)
    #expect(rows == ["1", "0", "0", "1"])
    #expect(file.contents == "is It was")
  }

  /// What is in memory stays readable; what has to be read in is an error.
  @Test(arguments: ["shrinks", "vanishes", "is a folder", "is a pipe"])
  func hostFilesChangeBehindOurBack(_ how: String) throws {
    let file = HostFile(String(repeating: "x", count: 12000))
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    func play(_ text: String) -> [String] {
      _ = interpreter.run(ScriptSource(name: "t", bytes: Array(text.utf8)))
      return interpreter.takeOutput().split(separator: "\n").map(String.init)
    }
    _ = play(
      """
      mm = mm_create
      switch_mm mm
      f = file_open \(file.path) --readahead 1
      u = mmap mm 12K --file f
      pread f 0 1

      """)
    if how == "shrinks" {
      truncate(file.path, 4096)
    } else {
      unlink(file.path)
      if how == "is a folder" { mkdir(file.path, 0o700) }
      if how == "is a pipe" { mkfifo(file.path, 0o600) }
    }
    let answers = play(
      """
      read u 1
      expect SIGBUS read u+8K 1
      expect EIO pread f 5000 1
      expect EIO readahead f 0..12K
      expect EIO pwrite f 5000 text:a
      pwrite f 0 text:new
      pwrite f 12K text:more
      check

      """)
    rmdir(file.path)
    #expect(answers == ["78", "SIGBUS", "-EIO", "-EIO", "-EIO", "3", "4", "0"])
  }

  @Test func fsyncLeavesASizeAloneThatWasNotChangedHere() throws {
    let file = HostFile("as it was")
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    func play(_ text: String) -> String {
      _ = interpreter.run(ScriptSource(name: "t", bytes: Array(text.utf8)))
      return interpreter.takeOutput()
    }
    _ = play("f = file_open \(file.path)\npwrite f 0 text:is\n")
    let other = Glibc.open(file.path, O_WRONLY | O_APPEND)
    _ = Glibc.write(other, ", and more", 10)
    Glibc.close(other)
    #expect(play("fsync f\nfsync f\n") == "1\n0\n")
    #expect(file.contents == "is it was, and more")
    #expect(play("ftruncate f 2\nfsync f\n") == "0\n0\n")
    #expect(file.contents == "is")
  }

  /// One file, however often and by whatever path it is opened.
  @Test func aFileThatIsOpenedTwiceIsOne() {
    let file = HostFile("AAAAAAAA")
    let rows = lines(
      """
      f = file_open \(file.path)
      g = file_open /tmp/../\(file.path) --readahead 1 --folio-order 1
      pwrite f 0 text:ff
      pread g 0 4
      pwrite g 2 text:gg
      fsync g
      close f
      pread g 0 4
      close f
      expect EBADF pread g 0 4
      @files
      """)
    #expect(rows[0] == rows[1])
    #expect(rows[3] == "66 66 41 41" && rows[7] == "66 66 67 67")
    #expect(file.contents == "ffggAAAA")
  }

  @Test func relativePathsAreKeptAbsolute() throws {
    let rows = lines("@f = file_open Package.swift\nfiles")
    #expect(rows[0].contains(" path=/") && rows[0].hasSuffix("/Package.swift"))
  }

  /// Fragmented memory, or an allocation that is made to fail: pages instead of folios.
  @Test func withoutMemoryForFoliosPagesAreReadIn() {
    let file = HostFile(String(repeating: "x", count: 65_536))
    let rows = lines(
      """
      @f = file_open \(file.path) --folio-order 2
      inject alloc_page after=0 order=2 times=-1
      pread f 12K 4
      @folios f
      """)
    #expect(rows == ["0", "78 78 78 78"])
  }

  @Test func reclaimTakesWhatIsCleanAndIdle() {
    let file = HostFile(String(repeating: "x", count: 16384))
    let rows = lines(
      """
      @f = file_open \(file.path)
      @readahead f 0..16K
      @pwrite f 0 text:dirty
      @mm = mm_create
      @switch_mm mm
      @u = mmap mm 4K --file f --offset 4K
      @read u 1
      @a = vmap_file f 0..16K
      shrink_folio_list f 0..16K
      folios f
      expect NULL vmap_file f 0..16K
      read a 5
      b = vmap_file f 0..16K --rfc
      read b+4K 1
      expect fault read b+8K 1
      pread f 8K 1
      shrink_folio_list f 0..16K
      """)
    #expect(rows[0] == "2")
    #expect(rows[1].hasSuffix(" dirty") && rows[3] == "2..3 shadow" && rows[4] == "3..4 shadow")
    #expect(rows.last == "2")
  }
}
