#define _GNU_SOURCE
#include "CRecorder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static _Thread_local int is_on;
static _Thread_local struct crecorder_event *events;
static _Thread_local size_t count, room;

static void keep(enum crecorder_kind kind, int file, long offset, size_t length,
                 const struct iovec *parts, int number) {
  struct stat information;
  if (!is_on || fstat(file, &information) != 0) return;
  if (count == room) {
    room = room ? 2 * room : 256;
    events = realloc(events, room * sizeof *events);
    if (!events) abort();
  }
  unsigned char *bytes = NULL;
  if (length) {
    bytes = malloc(length);
    if (!bytes) abort();
    size_t done = 0;
    for (int at = 0; at < number && done < length; at++) {
      size_t part = parts[at].iov_len < length - done ? parts[at].iov_len : length - done;
      memcpy(bytes + done, parts[at].iov_base, part);
      done += part;
    }
  }
  events[count++] = (struct crecorder_event){kind, information.st_ino, offset, length, bytes};
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  ssize_t written = syscall(SYS_pwrite64, file, bytes, length, offset);
  struct iovec part = {(void *)bytes, length};
  if (written > 0) keep(crecorder_write, file, offset, (size_t)written, &part, 1);
  return written;
}

ssize_t pwritev(int file, const struct iovec *parts, int number, off_t offset) {
  ssize_t written = syscall(SYS_pwritev, file, parts, (long)number, offset, 0);
  if (written > 0) keep(crecorder_write, file, offset, (size_t)written, parts, number);
  return written;
}

int ftruncate(int file, off_t length) {
  int result = (int)syscall(SYS_ftruncate, file, length);
  if (result == 0) keep(crecorder_truncate, file, length, 0, NULL, 0);
  return result;
}

int fdatasync(int file) {
  int result = (int)syscall(SYS_fdatasync, file);
  if (result == 0) keep(crecorder_sync, file, 0, 0, NULL, 0);
  return result;
}

void crecorder_start(void) {
  for (size_t at = 0; at < count; at++) free((void *)events[at].bytes);
  count = 0;
  is_on = 1;
}

void crecorder_stop(void) { is_on = 0; }

size_t crecorder_count(void) { return count; }

struct crecorder_event crecorder_at(size_t index) { return events[index]; }
