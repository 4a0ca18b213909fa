internal import Glibc

/// What the C library says about an error number, and the limit that it may be about.
package func systemMessage(_ number: Int32) -> String {
  // Safe: strerror always answers with a text that lives until its next call.
  let text = unsafe String(cString: strerror(number))
  switch number {
  case EMFILE: return text + " (ulimit -n)"
  case ENOMEM where isLimited(RLIMIT_AS) || isLimited(RLIMIT_DATA):
    return text + " (ulimit -v, ulimit -d)"
  case EFBIG where isLimited(RLIMIT_FSIZE): return text + " (ulimit -f)"
  default: return text
  }
}

private func isLimited(_ resource: __rlimit_resource) -> Bool {
  var limit = rlimit()
  // Safe: room for the answer.
  return unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
    && limit.rlim_cur != rlim_t.max
}

/// Whether an error number says that the host has run out of what every file takes, or has failed.
package func isExhausted(_ number: Int32) -> Bool {
  [EMFILE, ENFILE, ENOMEM, EIO].contains(number)
}
