internal import VMem

extension Help {
  /// The grammar, and the rules that go with it.
  package var grammar: String {
    let fields = AreaField.allCases.map { "    .\($0.name)\(gap("\($0.name)", 11))\($0.meaning)\n" }
    let counters = Counter.all.map { "    \($0.name)\(gap($0.name, 18))\($0.meaning)\n" }
    return """
      line    = ["@"] [NAME "="] ["expect" OUTCOME{","OUTCOME}] VERB ARGUMENT…
      NAME    = a letter, then letters, digits and _; at most \(Name.maximumLength) bytes
      number  = ["-"] (decimal | 0xHEX) [K|M|G|T|p]
      address = number | NAME | NAME.field | P[i] | address+number | address-number
      range   = address..address | address..+number
      pages   = item{,item}
      item    = P | P[i] | P[i..j] | P[i..j/step] | null | pfn:number
      BYTES   = hexadecimal pairs | text:WORDS | @FILE
      OUTCOME = ENOMEM … | NULL | 0 | number | address | fault | SIGSEGV | SIGBUS | warn | bug
                | stale | blocked
      EXPR    = term {("+"|"-"|"*"|"/") term};  term = number | address | counter

      Words are separated by blanks and quoted as in sh; # at the start of a word begins a
      comment. On the command line every argument is one word and is never split again.

      Numbers have 64 bits; - is two's complement; K M G T are powers of 1024, p is pages of
      4096. Nothing has blanks inside but EXPR, where operators are words: * and / before
      + and -, modulo 2^64.

      A range ends before its END. P[0..2] is two pages, P[2..0] the same two downwards.
      P:0..15 is P[0..15] for shells that treat brackets specially. A page is the address of
      its place in the direct map where an address is wanted; P is P[0]. NULL is address 0.
      `modules` is the range of the modules window.

      A name is bound by what makes a thing. While the thing lives the name is taken
      (-EEXIST); after that it keeps its address, so that a double free can be written. A
      name that stands for nothing, or for what failed, is -ENOENT. After
      `x = expect NULL …` x is NULL.

      Every outcome that happened must be announced and every one announced must happen;
      a success needs no word. Without `expect` an errno, NULL, fault, signal, warn, bug or a
      call that sleeps (blocked) stops the script. A line that starts with @ prints no result.

      let NAME = EXPR · assert EXPR OP EXPR · OP: == != < <= > >= or eq ne lt le gt ge
      include FILE · repeat N { … } · echo TEXT · sync

        Fields of an area
      \(fields.joined())
        Counters
      \(counters.joined())
        Limits
          a line \(ScriptSource.maximumLine) bytes, a name \(Name.maximumLength) bytes, \
      \(Expectation.maximum) outcomes, \(Call.maximumPages) pages in a list,
          \(Interpreter.maximumIncludes) files inside each other, \
      \(Interpreter.maximumRepeats) repeats inside each other, \(Call.maximumTerms) words in EXPR

      """
  }

  /// The exit codes.
  package var exitCodes: String {
    var text = "With several: 4, then what ended the script (64 and up), then 3, 2, 1.\n\n"
    for code in ExitCode.allCases {
      let number = "\(code.rawValue)"
      text += "\(String(repeating: " ", count: 4 - number.utf8.count))\(number)  \(code.meaning)\n"
    }
    return text
  }

  /// What `--json` prints.
  package var json: String {
    """
    --json prints one object a line for each verb that prints a result line:

      {"line":7,"verb":"get_vm_area","name":"a","result":"0xffffc90000000000",
       "type":"address","errno":null,"warnings":[],"exit":0}

    line      number of the line in its file
    name      the name the line binds, or null
    result    what the result line says. Addresses are strings, and so are numbers past 2^53
    type      address number ok null errno fault bug blocked text; error for a line that is
              not of the language
    errno     the name, or null
    warnings  the WARNs the line raised
    exit      what the line makes the process exit with
    expected  the announced outcomes, where there are any
    note      why a call did nothing although it succeeded
    notes     what was passed over in a file that the line reads
    fit       what stands in the way, where `fit` finds no place
    error     for a failure: {"rule":…,"value":…,"hint":…,"message":…}

    A view prints one object a row, then its verb's object with "result":null and
    "rows":n. Lines of boot let assert include repeat sync, and lines that start with @,
    print an object only when they fail. Pictures (--format svg or html) and metrics
    (--prometheus) are no objects: with --json they are refused with 64.

    """
  }

  private func gap(_ word: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - word.utf8.count))
  }
}
