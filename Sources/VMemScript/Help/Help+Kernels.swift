package import VMem

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
      help SWITCH has lines that show it, and says which kernels answer them otherwise.


      """
    for one in Switch.all {
      text +=
        "\(padded("\(one.name)", width))  \(padded(one.kernels.text, range))  \(one.meaning)\n"
    }
    text += """

      What the build of a kernel decides is chosen by boot --config WORD,…; no word is on by itself,
      `distribution` stands for all of them, and no_WORD takes one away. help WORD has lines for
      these, too.


      """
    for one in BuildOption.all { text += "\(padded("\(one.name)", width))  \(one.meaning)\n" }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.reversed().drop(while: { $0 == " " }).reversed())
    }.joined(separator: "\n")
  }

  /// What a user sees of a switch, or of what a build decides: its kernels, how it is known, and lines
  /// that show it.
  package func kernelSwitch(_ name: String) -> String? {
    let name = String(name.map { $0 == "-" ? "_" : $0 })
    func script(_ all: [SwitchScript]) -> SwitchScript? { all.first { "\($0.name)" == name } }
    if let one = Switch.all.first(where: { "\($0.name)" == name }),
      let script = script(SwitchScript.all)
    {
      return """
        \(one.name), a switch of kernels: \(one.meaning)

          kernels:  \(one.kernels.text)
          known by: \(one.source)


        """ + lines(script, one.kernels.sides, ("--with \(name)", "--without \(name)"))
    }
    guard let one = BuildOption.all.first(where: { "\($0.name)" == name }),
      let script = script(SwitchScript.builds)
    else { return nil }
    return "\(one.name), decided by a kernel's build: \(one.meaning)\n\n"
      + lines(script, [], ("--config \(name)", "--config no_\(name)"))
  }

  /// Lines that show a difference, and how: between kernels on its two sides, or where all released
  /// ones are alike between the machines that two `boot` lines make.
  private func lines(
    _ script: SwitchScript, _ sides: [KernelVersion], _ options: (with: String, without: String)
  ) -> String {
    var lines = "\(script.lines)".split(separator: "\n").map(String.init)
    var text = ""
    if sides.isEmpty {
      let boot = lines[0].hasPrefix("boot ") ? lines.removeFirst() : "boot"
      text += "No two released kernels differ in it. These lines are answered otherwise when the\n"
      text += "second boot line stands in the place of the first:\n\n"
      lines = ["\(boot) \(options.with)", "# \(boot) \(options.without)"] + lines
    } else {
      let kernels = sides.map(\.text).joined(separator: ",")
      text += "Lines that kernels answer otherwise: vmemctl run --kernel \(kernels) FILE\n\n"
    }
    return text + lines.map { "  \($0)\n" }.joined()
  }
}

extension Switch.Kernels {
  /// The released kernels on both sides of each change, in their order; none where all are alike.
  package var sides: [KernelVersion] {
    let released = KernelVersion.released
    var sides: [KernelVersion] = []
    for (before, after) in zip(released, released.dropFirst())
    where contains(before) != contains(after) {
      for one in [before, after] where sides.last != one { sides.append(one) }
    }
    return sides
  }
}
