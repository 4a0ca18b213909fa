import Testing
import VMem
import VMemScript

/// Names that lines use again and again are looked up once; what they stand for is asked every time.
@Suite struct KnownNamesTests {
  /// A bare name says the same as an expression, which is looked up every time.
  @Test func whatANameStandsForMayChange() {
    let script = """
      let n = 4K
      repeat 3 {
        a = get_vm_area 8K
        print a.size
        free_vm_area ARGUMENT
        @a = alloc_pages 1
        read ARGUMENT 1
        @free_pages a
        let n = n + 4K
        @a = get_vm_area n
        free_vm_area ARGUMENT
      }
      """
    let bare = run(script.replacing("ARGUMENT", with: "a"))
    let sum = run(script.replacing("ARGUMENT", with: "a+0"))
    #expect(bare.exit == .success)
    #expect(bare.lines.count == 15)
    #expect(bare.output == sum.output)
  }

  @Test func aNameThatLivesIsRefused() {
    let loop = run("repeat 3 {\n  a = get_vm_area 4K\n  free_vm_area a\n}")
    #expect(loop.exit == .success)
    let again = run("repeat 2 {\n  a = get_vm_area 4K\n}")
    #expect(again.lines == ["0xffffc90000000000", "-EEXIST"])
    #expect(again.messages.contains("`a`"))
  }

  @Test func aNameThatStandsForNothingIsRefused() {
    let result = run(
      "repeat 2 {\n  a = get_vm_area 4K\n  free_vm_area a\n}\nx = get_vm_area 0\nfree_vm_area x"
    ) { $0.keepGoing = true }
    #expect(result.lines.suffix(2) == ["NULL", "-ENOENT"])
    #expect(result.messages.contains("`x` stands for nothing"))
  }

  /// Another program between two lines has names of its own numbers.
  @Test func programsBetween() throws {
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    for line in ["a = get_vm_area 4K", "b = get_vm_area 8K", "free_vm_area b", "free_vm_area a"] {
      _ = interpreter.run(ScriptSource(line: line))
    }
    let exit = interpreter.finish()
    #expect(exit == .success)
    #expect(interpreter.takeOutput() == "0xffffc90000000000\n0xffffc90000002000\n0\n0\n")
  }

  /// Options that are words, numbers and names stand in the code as what they say.
  @Test func preparedOptions() {
    let result = run(
      """
      let size = 4 * 4K
      let k = 14
      repeat 2 {
        a = get_vm_area size --align 16K --shift k --flags sparse --caller probe
        free_vm_area a
        b = get_vm_area 16384 --range 0xffffc90000100000..0xffffc90000200000
        free_vm_area b+0
      }
      """)
    #expect(result.exit == .success)
    #expect(result.lines[0] == "0xffffc90000000000")
    #expect(result.lines[2] == "0xffffc90000100000")
  }

  /// Names of one length that begin and end alike are others all the same.
  @Test(arguments: [
    ("abcdefghXijklmnop", "abcdefghYijklmnop"), ("abcdefgh1", "abcdefgh2"), ("abc1", "abc2"),
    (String(repeating: "a", count: 63), String(repeating: "a", count: 62)),
  ])
  func similarNames(_ bound: String, _ other: String) {
    #expect(run("\(bound) = get_vm_area 4K\nfree_vm_area \(bound)").exit == .success)
    let result = run("\(bound) = get_vm_area 4K\nfree_vm_area \(other)")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("`\(other)` was never bound"))
  }
}
