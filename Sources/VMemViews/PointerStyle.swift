/// How `%pK` shows an address: the kernel's `kptr_restrict` settings.
public enum PointerStyle: Sendable {
  /// The address itself: `kptr_restrict=1` read by root, or `no_hash_pointers`.
  case real
  /// Eight zeroes and 32 bits of a keyed hash: `kptr_restrict=0`. Equal addresses give equal text.
  case hashed
  /// Sixteen zeroes: `kptr_restrict=2`.
  case zero
}
