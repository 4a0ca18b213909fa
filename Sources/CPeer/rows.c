#include <CPeer.h>
#include <stdio.h>
#include <unistd.h>

enum { CAPACITY = 128 << 10, LONGEST_ROW = 256 };

static int write_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0) return -1;
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

int cpeer_write_rows(int descriptor, const struct cpeer_row *rows, size_t count) {
  static _Thread_local char buffer[CAPACITY];
  size_t used = 0;
  for (size_t row = 0; row < count; row++) {
    if (CAPACITY - used < LONGEST_ROW) {
      if (write_all(descriptor, buffer, used) != 0) return -1;
      used = 0;
    }
    used += (size_t)snprintf(
        buffer + used, LONGEST_ROW, "0x%016llx-0x%016llx %7llu %s+0x%llx/0x%llx pages=%llu vmalloc N0=%llu\n",
        (unsigned long long)rows[row].start, (unsigned long long)rows[row].end,
        (unsigned long long)(rows[row].end - rows[row].start), "vmemctl", 0ull, 0ull,
        (unsigned long long)rows[row].pages, (unsigned long long)rows[row].pages);
  }
  return write_all(descriptor, buffer, used);
}
