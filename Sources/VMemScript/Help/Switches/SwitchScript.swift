/// Lines that kernels with a switch answer otherwise than those without it. `run --kernel all` shows it.
package struct SwitchScript: Sendable {
  /// The name of the switch.
  package let name: StaticString
  /// A line of the language each.
  package let lines: StaticString

  init(_ name: StaticString, _ lines: StaticString) {
    self.name = name
    self.lines = lines
  }

  /// One for each switch, in the order of `Switch.all`.
  package static let all = areas + vmalloc + mappings + dumps + users + arenas + others
}
