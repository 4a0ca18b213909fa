/// What a part of the machine adds to the language. A new one is a line of `all`.
struct Subsystem: Sendable {
  let verbs: [Verb]
  var counters: [Counter] = []

  /// All of them, in the order of help.
  static let all = [
    Subsystem(verbs: Verb.machine, counters: Counter.machine),
    Subsystem(verbs: Verb.steps),
    Subsystem(verbs: Verb.injection, counters: Counter.injection),
    Subsystem(verbs: Verb.selfTest),
    Subsystem(verbs: Verb.pages),
    Subsystem(verbs: Verb.areas, counters: Counter.areas),
    Subsystem(verbs: Verb.traces),
    Subsystem(verbs: Verb.mapping, counters: Counter.mapping),
    Subsystem(verbs: Verb.setMemory),
    Subsystem(verbs: Verb.memory),
    Subsystem(verbs: Verb.kmap),
    Subsystem(verbs: Verb.protectionKeys),
    Subsystem(verbs: Verb.users, counters: Counter.users),
    Subsystem(verbs: Verb.arenas),
    Subsystem(verbs: Verb.files),
    Subsystem(verbs: Verb.buffers),
    Subsystem(verbs: Verb.stacks, counters: Counter.stacks),
    Subsystem(verbs: Verb.modules),
    Subsystem(verbs: Verb.access),
    Subsystem(verbs: Verb.views),
    Subsystem(verbs: Verb.addressSpace, counters: Counter.addressSpace),
    Subsystem(verbs: Verb.tlb, counters: Counter.tlb),
    Subsystem(verbs: Verb.audits, counters: Counter.audits),
    Subsystem(verbs: Verb.dumps),
    Subsystem(verbs: Verb.images),
    Subsystem(verbs: Verb.language),
    Subsystem(verbs: Verb.exercises),
  ]
}
