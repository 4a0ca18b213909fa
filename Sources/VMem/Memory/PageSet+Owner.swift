extension PageSet {
  /// The name the set was bound to, or none.
  package var owner: Ref<Name> { name }
}
