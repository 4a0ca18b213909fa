internal import VMem
internal import VMemViews

extension Subsystem {
  static let injection = Subsystem(
    "inject injections",
    verbs: Verb.injection, counters: Counter.injection)
}

extension Verb {
  static let injection: [Verb] = [
    Verb(
      "inject", .machine, .nothing, .writer, [.injection],
      summary: "make allocations fail at a chosen call",
      kernel: "should_fail_alloc_page, should_failslab", returns: "0",
      example: """
        inject slab after=1 cache=vm_struct
        get_vm_area 4K
        expect NULL get_vm_area 4K
        inject off
        """, answers: [[.errno(.EINVAL, .noSuchTable)]],
      .control(inject), check: checkInject),
    Verb(
      "injections", .machine, .nothing, .reader, summary: "show which allocations are made to fail",
      returns: "a line a kind: its keys, calls seen, and calls failed",
      example: "inject slab after=9\ninjections", .control(showInjections)),
  ]

  private static func showInjections(
    _ interpreter: inout Interpreter
  ) throws(LineFailure) -> Result {
    let rows = InjectionKind.allCases.map { (kind: $0, armed: interpreter.machine.injection($0)) }
    return interpreter.call.view { output in Views.injections(rows, to: &output) }
  }

  private static func checkInject(_ parser: inout Parser) throws(LineFailure) {
    _ = try parser.call.orders()
  }

  private static func inject(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    for (kind, injection) in try interpreter.call.orders() {
      guard let injection else {
        interpreter.machine.stopInjecting(kind)
        continue
      }
      do throws(Refusal) {
        try interpreter.machine.inject(kind, injection)
      } catch {
        throw .refusal(error)
      }
    }
    return .ok
  }
}

extension Call {
  /// Largest number of `after` and `every`, and of `times`.
  private static let mostCalls = UInt64(UInt32.max)
  private static let mostTimes = UInt64(Int32.max)

  /// What the words say of each kind: how calls fail, or nil where they do not any more.
  fileprivate func orders() throws(LineFailure) -> [(InjectionKind, Injection?)] {
    var words = words(.injection).map { tokens[$0] }[...]
    let first = words.removeFirst()
    if first.text == "off" {
      if let surplus = words.first { throw .script("nothing follows `off`", surplus) }
      return InjectionKind.allCases.map { ($0, nil) }
    }
    let kind = try injectionKind(first)
    if let word = words.first, word.text == "off" {
      if let surplus = words.dropFirst().first { throw .script("nothing follows `off`", surplus) }
      return [(kind, nil)]
    }
    return [(kind, try injection(kind, words, first))]
  }

  private func injectionKind(_ token: Token) throws(LineFailure) -> InjectionKind {
    if let kind = InjectionKind.allCases.first(where: { token.text == $0.name }) { return kind }
    let names = InjectionKind.allCases.map { "\($0.name)" }
    let word = token.text.string
    let near = nearest(to: word, of: names + ["off"])
    throw .script(
      "no kind of allocation \(quoted(word))",
      hint: near.map { "did you mean \($0)?" } ?? "kinds are \(names.joined(separator: " "))", token
    )
  }

  /// What the words `key=value` behind a kind arm.
  private func injection(
    _ kind: InjectionKind, _ words: ArraySlice<Token>, _ first: Token
  ) throws(LineFailure) -> Injection {
    var result = Injection()
    var given: [String] = []
    for token in words {
      guard let equals = token.text.firstIndex(of: UInt8(ascii: "=")) else {
        throw .script("written as KEY=VALUE", hint: "after=0", token)
      }
      let key = token.text[0..<equals].string
      if given.contains(key) { throw .script("`\(key)` is given twice", token) }
      given.append(key)
      switch key {
      case "after": result.after = UInt32(try value(token, equals, 0...Self.mostCalls))
      case "every": result.every = UInt32(try value(token, equals, 1...Self.mostCalls))
      case "times": result.times = try times(token, equals)
      case "\(kind.filterName)": result.filter = try filter(kind, token, equals)
      default: throw unknownKey(key, kind, token)
      }
    }
    guard given.contains("after") else {
      throw .script("missing: after=N", hint: "after=0 makes the next call fail", first)
    }
    return result
  }

  private func unknownKey(_ key: String, _ kind: InjectionKind, _ token: Token) -> LineFailure {
    let keys = ["after", "every", "times", "\(kind.filterName)"]
    let near = nearest(to: key, of: keys)
    return .script(
      "\(kind.name) has no key \(quoted(key))",
      hint: near.map { "did you mean \($0)?" } ?? "keys are \(keys.joined(separator: " "))", token)
  }

  /// The number behind `=`, which must be in a range.
  private func value(
    _ token: Token, _ equals: Int, _ range: ClosedRange<UInt64>
  ) throws(LineFailure) -> UInt64 {
    var at = equals + 1
    let value = try number(token, &at)
    guard at == token.text.count, range.contains(value) else {
      throw .script(
        "\(quoted(token.text.string)) is not from \(range.lowerBound) to \(range.upperBound)", token
      )
    }
    return value
  }

  private func times(_ token: Token, _ equals: Int) throws(LineFailure) -> Int32 {
    if token.text[equals + 1..<token.text.count] == "-1" { return -1 }
    do throws(LineFailure) {
      return Int32(try value(token, equals, 1...Self.mostTimes))
    } catch {
      guard case .script(var defect) = error else { throw error }
      defect.hint = "times=-1 is without end"
      throw .script(defect)
    }
  }

  private func filter(
    _ kind: InjectionKind, _ token: Token, _ equals: Int
  ) throws(LineFailure) -> UInt32 {
    let names = kind.filterWords.map { "\($0)" }
    guard !names.isEmpty else {
      return UInt32(try value(token, equals, 0...UInt64(kind.lastFilter)))
    }
    let word = token.text[equals + 1..<token.text.count].string
    guard let index = names.firstIndex(of: word) else {
      let near = nearest(to: word, of: names)
      throw .script(
        "no \(kind.filterName) \(quoted(word))",
        hint: near.map { "did you mean \($0)?" }
          ?? "they are \(names.joined(separator: " "))", token)
    }
    return UInt32(index)
  }
}

extension Counter {
  static let injection: [Counter] = [
    Counter("machine", "injected", "failures injected since boot") { m, _ in
      m.injectedFailures
    }
  ]
}

extension Parameter {
  static let injection = Parameter(
    id: 98, .rest, "KIND after=N [KEY=VALUE…]|[KIND] off",
    """
    alloc_page, slab, pgtable or nolock: N calls succeed and the next fails; then each every=M-th (default 1) \
    until times=K have (default 1, -1 without end); counted are all, or those of order=0…10 \
    (alloc_page), cache=kmalloc vm_struct vmap_area vmap_block memtype radix_tree_node mm_struct \
    vm_area_struct task_struct inode (slab), \
    level=pte pmd pud p4d (pgtable)
    """)
}
