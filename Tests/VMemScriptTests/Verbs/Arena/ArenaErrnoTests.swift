import TestSupport
import Testing
import VMemScript

/// What a running 6.18 kernel answered to a program that made arenas, mapped and touched them:
/// every row is either played in its order, or named with the reason why it cannot be.
@Suite struct ArenaErrnoTests {
  @Test func everyRow() throws {
    let rows = try Fixture.lines("arena/arena_errno.tsv").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    try #require(rows.count == 204)
    var kernel = try ScriptedKernel("boot --kernel 6.18 --cpus 2\n@m = mm_create\n@switch_mm m\n")
    var story = ArenaStory.steps[...]
    var played = 0
    var foreign: [String: Int] = [:]
    for (number, row) in rows.enumerated() {
      try #require(row.count == 3, "row \(number + 1)")
      let place = "row \(number + 1): \(row[0]) \(row[1])"
      if let reason = ArenaStory.whyForeign(row) {
        foreign[reason, default: 0] += 1
        continue
      }
      let answer: String
      if row[0] == "create", row[1].hasPrefix("create max_entries=") {
        answer = Self.create(row[1], &kernel)
      } else {
        let next = story.popFirst()
        let step = try #require(next, "\(place): no step")
        try #require(step.row == row[1], "\(place): the next step is \(step.row)")
        answer = step.answer(kernel.lines(step.lines))
      }
      // A signal has no code here.
      let wanted = row[2].replacing(" si_code=1", with: "").replacing(" si_code=2", with: "")
      #expect(answer == wanted, "\(place)")
      played += 1
    }
    #expect(story.isEmpty, "\(story.first.map { $0.row } ?? "")")
    #expect(foreign == ArenaStory.foreignCounts)
    #expect(played + foreign.values.reduce(0, +) == rows.count)
    kernel.expectSound()
  }

  /// `create max_entries=1 flags=0x400 …  # words`: makes an arena and lets it go.
  private static func create(_ text: String, _ kernel: inout ScriptedKernel) -> String {
    let fields = Fixture.fields(text)
    let line =
      "x = arena_create \(fields["max_entries"] ?? "") --flags \(fields["flags"] ?? "") "
      + "--map-extra \(fields["map_extra"] ?? "") --key-size \(fields["key_size"] ?? "") "
      + "--value-size \(fields["value_size"] ?? "")"
    let answer = kernel.play(line)
    guard answer.hasPrefix("0x") else { return ArenaStory.errno(answer) }
    return kernel.play("arena_free x") == "0" ? "ok" : "not freed"
  }
}
