/// The operators of `assert`.
enum Comparison {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  init?(_ word: Text) {
    if word == "==" || word == "eq" {
      self = .equal
    } else if word == "!=" || word == "ne" {
      self = .notEqual
    } else if word == "<" || word == "lt" {
      self = .less
    } else if word == "<=" || word == "le" {
      self = .lessOrEqual
    } else if word == ">" || word == "gt" {
      self = .greater
    } else if word == ">=" || word == "ge" {
      self = .greaterOrEqual
    } else {
      return nil
    }
  }

  func holds(_ a: UInt64, _ b: UInt64) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }
}
