internal import VMem

extension Help {
  /// Every switch, what it changes, and the kernels that have it.
  package var kernels: String {
    let versions = KernelVersion.allCases.map(\.text).joined(separator: " ")
    let width = Switch.all.map { $0.name.utf8CodeUnitCount }.max() ?? 0
    let range = Switch.all.map { $0.kernels.text.utf8.count }.max() ?? 0
    var text = """
      boot --kernel VERSION behaves as that kernel: the last stable release of its line, or with
      `next` what waits for the release after the newest. What differs between kernels has names,
      which boot --with NAME,… switches on and boot --without NAME,… off; info shows those that are
      on. Behind each stand the kernels that behave so, of: \(versions).
      help SWITCH has lines that show it; run --kernel all FILE runs them on every kernel.


      """
    for one in Switch.all {
      text +=
        "\(padded("\(one.name)", width))  \(padded(one.kernels.text, range))  \(one.meaning)\n"
    }
    text += """

      What the build of a kernel decides is chosen by boot --config WORD,…; no word is on by itself,
      `distribution` stands for all of them, and no_WORD takes one away.


      """
    for one in BuildOption.all { text += "\(padded("\(one.name)", width))  \(one.meaning)\n" }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.reversed().drop(while: { $0 == " " }).reversed())
    }.joined(separator: "\n")
  }

  /// What a user sees of a switch: its kernels, how it is known, and lines that show it.
  package func kernelSwitch(_ name: String) -> String? {
    let name = String(name.map { $0 == "-" ? "_" : $0 })
    guard
      let one = Switch.all.first(where: { "\($0.name)" == name }),
      let script = SwitchScript.all.first(where: { "\($0.name)" == name })
    else { return nil }
    var text = """
      \(one.name), a switch of kernels: \(one.meaning)

        kernels:  \(one.kernels.text)
        known by: \(one.source)

      Lines that are answered otherwise with it and without it (run --kernel all FILE):


      """
    for line in "\(script.lines)".split(separator: "\n") { text += "  \(line)\n" }
    return text
  }
}
