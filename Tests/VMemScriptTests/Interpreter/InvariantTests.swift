import Testing
import VMemScript

/// A machine whose structures are overwritten is noticed, and the exit code says so.
struct InvariantTests {
  /// The first words of the superblock, through the direct map.
  static let damage = "write 0xffff888000000000 0000000000000000"

  @Test func smallMachinesAreCheckedAfterEachVerb() {
    let result = run("boot --memory 4M\n\(Self.damage)\necho not reached\n")
    #expect(result.exit == .corrupt)
    #expect(result.messages.contains("no longer sound"))
    #expect(!result.output.contains("not reached"))
  }

  @Test func largerOnesAreNot() {
    let result = run("boot --memory 8M\n\(Self.damage)\necho reached\n")
    #expect(result.output.contains("reached"))
  }

  @Test func checkNamesTheDamage() {
    let result = run("boot --memory 8M\n\(Self.damage)\ncheck\n")
    #expect(result.exit == .corrupt)
    #expect(result.output.contains("superblock"))
  }
}
