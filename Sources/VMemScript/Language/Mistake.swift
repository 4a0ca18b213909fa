internal import VMem

/// What people write who know C, bash or the kernel's headers, and what the language has instead.
enum Mistake {
  // MARK: Verbs

  /// What helps where a verb should stand and something else does.
  static func verb(_ word: String, _ verbs: [String]) -> String? {
    if word.hasSuffix(".vmem") { return "it is a script: include \(word)" }
    if let meaning = otherLanguages[word] { return meaning }
    if word.hasPrefix("//") || word.hasPrefix("/*") { return "a comment begins with #" }
    if word.hasPrefix("$") { return "names stand without $" }
    if let open = word.firstIndex(of: "("), open != word.startIndex {
      let verb = word[..<open]
      if verbs.contains(String(verb)) { return "without parentheses: \(verb) ARGUMENT…" }
    }
    if word.hasSuffix(";") { return semicolon }
    if let view = word.split(separator: "/").last, word.first == "/", verbs.contains(String(view)) {
      return "views are verbs: \(view)"
    }
    if word.first?.isNumber == true { return "print EXPR shows a number, walk ADDR where it leads" }
    let small = word.lowercased()
    if small != word, verbs.contains(small) { return "verbs are lower case: \(small)" }
    return (holding(word, verbs) ?? nearest(to: word, of: verbs)).map { "did you mean \($0)?" }
  }

  static let semicolon = "one verb a line: what follows the ; is a line of its own"

  /// A verb that has all the parts of a word, in order, and the fewest others.
  private static func holding(_ word: String, _ verbs: [String]) -> String? {
    let parts = word.split { $0 == "_" || $0 == "-" }
    guard parts.count > 1 else { return nil }
    let found = verbs.filter { verb in
      var left = parts[...]
      for part in verb.split(separator: "_") where part == left.first { left.removeFirst() }
      return left.isEmpty
    }
    return found.min { $0.utf8.count < $1.utf8.count }
  }

  private static let otherLanguages: [String: String] = [
    "for": "repeat N { … } is the loop", "while": "repeat N { … } is the loop",
    "loop": "repeat N { … } is the loop", "do": "repeat N { … } is the loop",
    "if": "nothing is done on a condition: `expect` and `assert` say what must be",
    "else": "nothing is done on a condition: `expect` and `assert` say what must be",
    "set": "let NAME = EXPR names a number", "var": "let NAME = EXPR names a number",
    "const": "let NAME = EXPR names a number", "int": "let NAME = EXPR names a number",
    "source": "include FILE", ".": "include FILE", "import": "include FILE",
    "#include": "include FILE", "load": "include FILE, or --image FILE for a machine",
    "run": "include FILE runs a script on this machine",
    "exit": "a script ends with its last line", "quit": "a script ends with its last line",
    "return": "a script ends with its last line",
    "printf": "print EXPR, or echo TEXT", "puts": "echo TEXT",
    "cat": "views are verbs: vmallocinfo, meminfo, buddyinfo, dmesg",
    "ls": "`names` shows what there is, `vmallocinfo` every area",
    "kmalloc": "slabs are the machine's own: vmalloc SIZE, or alloc_pages COUNT",
    "kzalloc": "slabs are the machine's own: vzalloc SIZE, or alloc_pages COUNT",
    "kfree": "vfree ADDR, or free_pages PAGES", "free": "vfree ADDR, or free_pages PAGES",
    "sleep": "msleep MILLISECONDS lets time pass; drain_vmap_work does what is deferred",
    "man": "help VERB", "?": "help",
    "dump": "kcore FILE and vmcore FILE are dumps, memory FILE is all of RAM",
    "flush_tlb_all": flushing, "flush_tlb": flushing, "tlb_flush": flushing, "invlpg": flushing,
  ]

  private static let flushing =
    "calls flush what they unmap; vm_unmap_aliases does what waits, and tlb shows what is there"

  /// What helps where a name stands in front, and what follows is no `=`.
  static func statement(_ name: String, _ next: String) -> String? {
    switch next {
    case ":=", "==", "+=", "-=": "a name is given by = alone: \(name) = VERB, let \(name) = EXPR"
    case "+", "-", "*", "/": "print EXPR shows what comes out"
    default: nil
    }
  }

  // MARK: Values

  /// What helps with a word that is no number.
  static func number(_ word: String) -> String? {
    if word.hasSuffix(";") { return semicolon }
    if word == "+" || word == "-" { return "nothing has blanks inside: a+0x1000" }
    let digits = word.prefix { $0.isASCII && $0.isHexDigit || $0 == "x" || $0 == "X" }
    let plain = word.prefix { $0.isASCII && $0.isNumber }
    if plain.isEmpty { return arithmetic(word) ?? name(word) }
    let rest = String(word[plain.endIndex...])
    switch rest.lowercased() {
    case "k", "m", "g", "t": return "K M G T are capitals: \(plain)\(rest.uppercased())"
    case "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib":
      return "K M G T stand alone: \(plain)\(rest.prefix(1).uppercased())"
    case "page", "pages", "pg": return "p stands for pages: \(plain)p"
    case "b": return "bytes have no letter: \(plain)"
    default: break
    }
    if rest.first == "." { return "numbers are whole: 1536K, not 1.5M" }
    let suffix = word[digits.endIndex...].lowercased()
    if ["u", "l", "ul", "ull", "ll", "lu"].contains(suffix) {
      return "C's suffixes mean nothing here: \(digits)"
    }
    if plain != digits, !digits.contains("x"), digits.endIndex == word.endIndex {
      return "hexadecimal begins with 0x: 0x\(word)"
    }
    if rest.first == "_" || rest.first == "," || rest.first == "'" {
      return "digits stand together: \(word.filter { $0.isNumber })"
    }
    return arithmetic(word)
  }

  /// What helps with arithmetic in one word.
  static func arithmetic(_ word: String) -> String? {
    guard let at = word.firstIndex(where: { "*/%<>&|^~".contains($0) }), at != word.startIndex
    else {
      return nil
    }
    if "*/".contains(word[at]) {
      let (left, right) = (word[..<at], word[word.index(after: at)...])
      return
        "let x = \(left) \(word[at]) \(right) names the result: operators are words of their own"
    }
    return "there are + - * / alone, as words of their own in let, assert and print"
  }

  /// What helps with a name that nobody has bound: those of the kernel's headers.
  static func name(_ word: String) -> String? {
    switch word {
    case "PAGE_SIZE": "a page is 1p, or 4K"
    case "PMD_SIZE": "2M"
    case "PUD_SIZE": "1G"
    case "VMALLOC_START": "print the start of an area, or 0xffffc90000000000 with 4 levels"
    case "null": "NULL is the address, null a missing page in a list"
    default:
      word.utf8.count >= 5 && word.allSatisfy(\.isHexDigit) && word.contains(where: \.isNumber)
        ? "hexadecimal begins with 0x: 0x\(word)" : nil
    }
  }

  /// What helps with a word that is no address.
  static func address(_ word: String) -> String? {
    if word.hasSuffix("..") { return range(word) }
    switch word.first {
    case "$":
      return "names stand without $: \(word.drop { "${".contains($0) }.filter { $0 != "}" })"
    case "&", "*": return "a name is an address by itself: \(word.dropFirst())"
    case "[", "(": return "without brackets: \(word.filter { !"[]()".contains($0) })"
    case "+": return "what it is added to comes first: a\(word)"
    default: return number(word)
    }
  }

  /// What helps with a word that is no range.
  static func range(_ word: String) -> String? {
    if word.hasSuffix(";") { return semicolon }
    if word.hasSuffix("..") { return "END is missing: \(word)+4K" }
    if word.contains(":") {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      return "START..END: \(parts.joined(separator: ".."))"
    }
    guard let dash = word.lastIndex(of: "-"), dash != word.startIndex else { return nil }
    return "START..END: \(word[..<dash])..\(word[word.index(after: dash)...])"
  }

  /// What helps with a word that is no list of pages.
  static func pages(_ word: String) -> String? {
    if word == "NULL" { return "null, in small letters, is a missing page" }
    guard let open = word.firstIndex(of: "[") else {
      return word.first?.isNumber == true ? "frame \(word) is pfn:\(word)" : nil
    }
    guard let dash = word[open...].firstIndex(of: "-"),
      let last = Int(word[word.index(after: dash)...].prefix { $0.isNumber })
    else { return nil }
    return "half open: \(word[..<dash])..\(last + 1)]"
  }

  /// What helps with a word that is no BYTES.
  static func bytes(_ word: String) -> String? {
    if word.hasPrefix("0x") || word.hasPrefix("0X") {
      let digits = word.dropFirst(2)
      return
        "without 0x, in the order of the addresses: \(digits.count % 2 == 0 ? "" : "0")\(digits)"
    }
    if word.allSatisfy(\.isHexDigit) { return "two digits a byte: 0\(word)" }
    return "text:\(word) is these letters"
  }

  // MARK: Flags and options

  /// A word of `words` that somebody means who writes it as the kernel does, or shorter.
  static func constant(_ word: String, of words: [String]) -> String? {
    let bare = bare(word)
    return bare.isEmpty ? nil : words.first { $0 != word && self.bare($0) == bare }
  }

  /// A constant in small letters without the prefix of its header.
  private static func bare(_ word: String) -> String {
    let small = word.lowercased().drop { $0 == "-" }
    let prefixes = ["vm_", "__gfp_", "gfp_", "map_", "bpf_f_", "f_seal_", "prot_", "zone_"]
    let prefix = prefixes.first { small.hasPrefix($0) } ?? ""
    return String(small.dropFirst(prefix.count))
  }

  /// The option that a word belongs to, which stands alone or behind another of its words.
  static func value(
    _ word: String, before: String, of options: [(name: String, words: [String])]
  ) -> String? {
    let exact = options.first { $0.words.contains(word) }
    for option in exact.map({ [$0] }) ?? options {
      guard
        let meant = option.words.first(where: { $0 == word }) ?? constant(word, of: option.words)
      else { continue }
      let first = before.split(separator: ",").last.map(String.init) ?? ""
      return option.words.contains(first) || constant(first, of: option.words) != nil
        ? "words of an option are one: \(before),\(meant)" : "say \(option.name) \(meant)"
    }
    return nil
  }

  /// A release of the line that a version belongs to, or the version itself, as `boot` calls it.
  static func kernel(_ word: String, _ known: [String]) -> String? {
    let digits = word.drop { !$0.isNumber }
    let parts = digits.split { $0 == "." || $0 == "-" }
    guard parts.count > 1 else { return nil }
    let line = "\(parts[0]).\(parts[1])"
    return known.contains(line) ? "\(line) is the last stable release of its line" : nil
  }

  /// What helps with one argument more than a verb takes.
  static func surplus(_ word: String, before: String) -> String? {
    if ["KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "k", "m", "g"].contains(word) {
      return "nothing has blanks inside, and K M G T stand alone: \(before)"
        + word.prefix(1).uppercased()
    }
    if ["K", "M", "G", "T", "p"].contains(word) {
      return "nothing has blanks inside: \(before)\(word)"
    }
    if ["+", "-", "*", "/"].contains(word) || word.first == "+" {
      return "nothing has blanks inside: \(before)\(word)"
    }
    if word.first == "-", word.count > 1, word.dropFirst().first?.isLetter == true {
      return "options have two dashes: -\(word)"
    }
    if word.hasPrefix("//") { return "a comment begins with #" }
    if let equals = word.firstIndex(of: "="), equals != word.startIndex {
      return "options are written --\(word[..<equals]) \(word[word.index(after: equals)...])"
    }
    return nil
  }

  /// What helps with an option that a verb does not have.
  static func option(_ word: String, _ names: [String]) -> String? {
    if ["--json", "--image", "--color", "--durable", "--no-wait", "--force"].contains(word) {
      return "it belongs to vmemctl's own command line: vmemctl \(word) …"
    }
    let longer = names.filter { word.utf8.count > 3 && $0.hasPrefix(word) }
    if longer.count == 1 { return "did you mean \(longer[0])?" }
    guard let equals = word.firstIndex(of: "=") else { return nil }
    let name = String(word[..<equals])
    return names.contains(name)
      ? "a blank instead of =: \(name) \(word[word.index(after: equals)...])" : nil
  }

  // MARK: Shells

  /// What helps with a line that has a word of bash's grammar in it, as far as it is not quoted.
  static func shell(_ words: [String]) -> (at: Int, hint: String)? {
    var command: String { "vmemctl --image F \(words.joined(separator: " "))" }
    for (at, word) in words.enumerated() where at > 0 {
      switch word {
      case "|", "|&": return (at, "pipes are bash's: \(command)")
      case ">", ">>", "<", "2>", "&>", "2>&1": return (at, "redirection is bash's: \(command)")
      case "&&", "||", ";", ";;": return (at, semicolon)
      case "&": return (at, "a line ends before the next begins: nothing runs beside it")
      default: continue
      }
    }
    return nil
  }
}
