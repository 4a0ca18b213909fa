internal import Glibc
internal import VMem

/// What the host says of a file that it does not make. That nothing is there is no reason by itself: it
/// is the folder that is not, or a file system such as /proc.
package func creationMessage(_ path: String, _ number: Int32) -> String {
  let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  var status = stat()
  // Safe: strings, and room for the answer.
  guard number == ENOENT || number == EOPNOTSUPP, unsafe lstat(path.hostPath, &status) != 0
  else { return systemMessage(number) }
  guard unsafe stat(folder.hostPath, &status) == 0 else {
    return "folder \(folder): \(systemMessage(number))"
  }
  return "the file system of \(folder) takes no new file"
}
