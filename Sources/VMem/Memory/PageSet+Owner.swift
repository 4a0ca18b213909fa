extension PageSet {
  /// The name the set was bound to, or none.
  public var owner: Ref<Name> { name }
}
