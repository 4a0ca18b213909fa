#include "CHost.h"

#include <sys/resource.h>

static int argument_count;
static char **arguments;

// The loader gives these to everything that runs before `main`.
__attribute__((constructor)) static void keep_arguments(int count, char **words) {
  argument_count = count;
  arguments = words;
}

char **chost_arguments(int *count) {
  *count = argument_count;
  return arguments;
}

const char *chost_argument(int index) {
  return index >= 0 && index < argument_count ? arguments[index] : NULL;
}

size_t chost_widen_stack(void) {
  enum { USUAL = 8 << 20 };
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit)) return USUAL;
  if (limit.rlim_cur < USUAL) {
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max < USUAL ? limit.rlim_max : USUAL;
    if (setrlimit(RLIMIT_STACK, &limit)) limit.rlim_cur = before;
  }
  return limit.rlim_cur < USUAL ? (size_t)limit.rlim_cur : USUAL;
}
