extension Machine {
  /// Carries out kernel calls as one: the clock advances once, and the work that they schedule (a
  /// drain of lazy areas, frees that wait for a context in which they may sleep) runs behind the
  /// last of them, not in between. A single call needs no `perform`: it is one of its own.
  ///
  /// - Throws: EBUSY when the current CPU is in the middle of a call; nothing is carried out then.
  ///   What `calls` throws.
  public func perform<R>(_ calls: () throws(Refusal) -> R) throws(Refusal) -> R {
    try beginCall()
    defer { endCall() }
    return try calls()
  }
}
