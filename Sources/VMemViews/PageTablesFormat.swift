/// The forms `page_tables` has.
public enum PageTablesFormat: Sendable {
  /// debugfs `page_tables/kernel`: ranges of equal protection.
  case ptdump
  /// Every table, and the present entries in it as runs.
  case tree
  /// The tree with the frame of each table and leaf, and flags in words.
  case words
  /// Only how many tables and leaves there are.
  case count
}
