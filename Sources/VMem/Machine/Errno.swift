/// Error numbers the emulated kernel returns, with Linux's values.
public enum Errno: UInt8, CaseIterable, Sendable {
  case EPERM = 1
  case ENOENT = 2
  case EIO = 5
  case E2BIG = 7
  case EBADF = 9
  case EAGAIN = 11
  case ENOMEM = 12
  case EACCES = 13
  case EFAULT = 14
  case EBUSY = 16
  case EEXIST = 17
  case EISDIR = 21
  case EINVAL = 22
  case EMFILE = 24
  case EFBIG = 27
  case ENOSPC = 28
  case ERANGE = 34
  case EDEADLK = 35
  case ENAMETOOLONG = 36
  case EBADFD = 77
  case EOPNOTSUPP = 95

  /// The name in capitals, without a minus sign.
  public var name: String { "\(self)" }
}
