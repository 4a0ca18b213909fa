#define _GNU_SOURCE
#include "CPeer.h"

#include <sys/mman.h>
#include <unistd.h>

int cpeer_memory_file(size_t size) {
  int file = memfd_create("vmemctl-bench", MFD_CLOEXEC);
  if (file >= 0 && ftruncate(file, (off_t)size) != 0) {
    close(file);
    return -1;
  }
  return file;
}
