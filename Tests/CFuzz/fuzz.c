#define _GNU_SOURCE
#include "CFuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, cfuzz_target *target);

int cfuzz_run(int argc, char **argv, cfuzz_target *target) {
  return LLVMFuzzerRunDriver(&argc, &argv, target);
}

// The compiler's counters, one byte for each branch.
extern char __start___sancov_cntrs[] __attribute__((weak));
extern char __stop___sancov_cntrs[] __attribute__((weak));

int cfuzz_share_counters(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  // Whole pages only: what stands beside the counters stays private.
  uintptr_t start = ((uintptr_t)__start___sancov_cntrs + page - 1) & -page;
  uintptr_t end = (uintptr_t)__stop___sancov_cntrs & -page;
  if (start >= end) return -1;
  size_t size = end - start;
  void *copy = malloc(size);
  if (!copy) return -1;
  memcpy(copy, (void *)start, size);
  void *shared = mmap((void *)start, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (shared != MAP_FAILED) memcpy((void *)start, copy, size);
  free(copy);
  return shared == MAP_FAILED ? -1 : 0;
}

int cfuzz_fork(int (*body)(const uint8_t *, size_t), const uint8_t *bytes, size_t count,
               int seconds, size_t *memory) {
  pid_t process = fork();
  if (process == 0) {
    struct rlimit limit = {(rlim_t)seconds, (rlim_t)seconds + 1};
    setrlimit(RLIMIT_CPU, &limit);
    int null = open("/dev/null", O_RDWR);
    for (int stream = 0; stream < 3; stream++) dup2(null, stream);
    // libFuzzer's handlers would report the copy's faults as its own.
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    _exit(body(bytes, count));
  }
  int status = 0;
  struct rusage usage;
  while (wait4(process, &status, 0, &usage) < 0)
    if (errno != EINTR) return -1;
  *memory = (size_t)usage.ru_maxrss << 10;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
