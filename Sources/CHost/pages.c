#define _GNU_SOURCE
#include <CHost.h>
#include <sys/ioctl.h>

// PAGEMAP_SCAN of Linux 6.7, which C libraries of the time do not declare yet.
struct scan {
  uint64_t size, flags, start, end, walk_end, vector, vector_length, max_pages;
  uint64_t inverted, all_of, any_of, returned;
};
enum { FILE_PAGE = 1 << 2, PRESENT = 1 << 3, SWAPPED = 1 << 4 };

static long ask(
    int pagemap, uint64_t *start, uint64_t end, uint64_t unwanted, struct chost_pages *runs,
    size_t count) {
  struct scan scan = {
      .size = sizeof scan,
      .start = *start,
      .end = end,
      .vector = (uintptr_t)runs,
      .vector_length = count,
      .inverted = unwanted,
      .all_of = unwanted,
      .any_of = PRESENT | SWAPPED,
      .returned = PRESENT | SWAPPED,
  };
  int found = ioctl(pagemap, _IOWR('f', 16, struct scan), &scan);
  if (found >= 0) *start = scan.walk_end;
  return found;
}

long chost_used_pages(
    int pagemap, uint64_t *start, uint64_t end, struct chost_pages *runs, size_t count) {
  return ask(pagemap, start, end, 0, runs, count);
}

long chost_changed_pages(
    int pagemap, uint64_t *start, uint64_t end, struct chost_pages *runs, size_t count) {
  return ask(pagemap, start, end, FILE_PAGE, runs, count);
}
