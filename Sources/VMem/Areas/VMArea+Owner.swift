extension VMArea {
  /// The name the area was bound to, or none.
  public var owner: Ref<Name> { name }
}
