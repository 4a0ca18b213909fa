/// Error numbers the emulated kernel returns, with Linux's values.
public enum Errno: UInt8, CaseIterable, Sendable {
  case EPERM = 1
  case ENOENT = 2
  case ESRCH = 3
  case EINTR = 4
  case EIO = 5
  case ENXIO = 6
  case E2BIG = 7
  case ENOEXEC = 8
  case EBADF = 9
  case EAGAIN = 11
  case ENOMEM = 12
  case EACCES = 13
  case EFAULT = 14
  case EBUSY = 16
  case EEXIST = 17
  case ENODEV = 19
  case ENOTDIR = 20
  case EISDIR = 21
  case EINVAL = 22
  case EMFILE = 24
  case ENOTTY = 25
  case EFBIG = 27
  case ENOSPC = 28
  case EPIPE = 32
  case EDOM = 33
  case ERANGE = 34
  case EDEADLK = 35
  case ENAMETOOLONG = 36
  case ENOSYS = 38
  case ENODATA = 61
  case ETIME = 62
  case EPROTO = 71
  case EOVERFLOW = 75
  case EBADFD = 77
  case EOPNOTSUPP = 95
  case ETIMEDOUT = 110
  case EALREADY = 114

  /// The name in capitals, without a minus sign.
  public var name: String { "\(word)" }

  /// The name, without a text of its own.
  package var word: StaticString {
    switch self {
    case .EPERM: "EPERM"
    case .ENOENT: "ENOENT"
    case .ESRCH: "ESRCH"
    case .EINTR: "EINTR"
    case .EIO: "EIO"
    case .ENXIO: "ENXIO"
    case .E2BIG: "E2BIG"
    case .ENOEXEC: "ENOEXEC"
    case .EBADF: "EBADF"
    case .EAGAIN: "EAGAIN"
    case .ENOMEM: "ENOMEM"
    case .EACCES: "EACCES"
    case .EFAULT: "EFAULT"
    case .EBUSY: "EBUSY"
    case .EEXIST: "EEXIST"
    case .ENODEV: "ENODEV"
    case .ENOTDIR: "ENOTDIR"
    case .EISDIR: "EISDIR"
    case .EINVAL: "EINVAL"
    case .EMFILE: "EMFILE"
    case .ENOTTY: "ENOTTY"
    case .EFBIG: "EFBIG"
    case .ENOSPC: "ENOSPC"
    case .EPIPE: "EPIPE"
    case .EDOM: "EDOM"
    case .ERANGE: "ERANGE"
    case .EDEADLK: "EDEADLK"
    case .ENAMETOOLONG: "ENAMETOOLONG"
    case .ENOSYS: "ENOSYS"
    case .ENODATA: "ENODATA"
    case .ETIME: "ETIME"
    case .EPROTO: "EPROTO"
    case .EOVERFLOW: "EOVERFLOW"
    case .EBADFD: "EBADFD"
    case .EOPNOTSUPP: "EOPNOTSUPP"
    case .ETIMEDOUT: "ETIMEDOUT"
    case .EALREADY: "EALREADY"
    }
  }
}
