extension VMArea {
  /// The name the area was bound to, or none.
  package var owner: Ref<Name> { name }
}
