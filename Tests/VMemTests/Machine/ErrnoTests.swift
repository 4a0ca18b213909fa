import Testing
import VMem

@Suite struct ErrnoTests {
  @Test(arguments: Errno.allCases)
  func wordIsTheName(_ errno: Errno) {
    #expect("\(errno.word)" == String(describing: errno))
    #expect(errno.name == String(describing: errno))
  }
}
