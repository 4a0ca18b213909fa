/// The calls of `Names`.
extension Machine {
  /// The entry of a caller's symbol, made when it is new. `text` has 1 to `Symbol.maximumLength`
  /// bytes. Refuses with -ENOMEM when there is no memory for it.
  public func intern(caller text: Span<UInt8>) throws(Refusal) -> Ref<Symbol> {
    try names.intern(caller: text)
  }
}
