#define _GNU_SOURCE
#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int chost_open_standard(void) {
  struct pollfd files[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
  int is_known = poll(files, 3, 0) >= 0;
  for (int file = 0; file < 3; file++) {
    if (is_known ? !(files[file].revents & POLLNVAL) : fcntl(file, F_GETFD) >= 0) continue;
    // The wrong way round, so that reading and writing fail as they would without a file.
    if (open("/dev/null", file == 0 ? O_WRONLY : O_RDONLY) != file) return -1;
  }
  return 0;
}

static struct flock request(int is_writer) {
  struct flock lock = {.l_type = is_writer ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
  // Byte 0 is what everybody wants; the rest says who has it.
  lock.l_len = 1 + (off_t)getpid();
  return lock;
}

int chost_lock(int file, int is_writer, int waits) {
  struct flock lock = request(is_writer);
  while (fcntl(file, waits ? F_OFD_SETLKW : F_OFD_SETLK, &lock))
    if (errno != EINTR) return errno;
  return 0;
}

long chost_lock_holder(int file, int is_writer) {
  struct flock lock = request(is_writer);
  if (fcntl(file, F_OFD_GETLK, &lock) || lock.l_type == F_UNLCK) return 0;
  // A lock of the other kind knows its process.
  return lock.l_pid > 0 ? lock.l_pid : lock.l_len > 1 ? (long)lock.l_len - 1 : -1;
}

int chost_open_nameless(const char *folder) {
  return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
}

int chost_name(int file, const char *path) {
  char here[40];
  snprintf(here, sizeof here, "/proc/self/fd/%d", file);
  if (!linkat(AT_FDCWD, here, AT_FDCWD, path, AT_SYMLINK_FOLLOW)) return 0;
  return errno == ENOENT ? linkat(file, "", AT_FDCWD, path, AT_EMPTY_PATH) : -1;
}

void chost_reserve_space(int file, size_t count) {
  off_t at = lseek(file, 0, SEEK_CUR);
  if (at >= 0) (void)!fallocate(file, FALLOC_FL_KEEP_SIZE, at, (off_t)count);
}

int chost_rename_new(const char *from, const char *to) {
  if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE)) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  if (link(from, to)) return -1;
  unlink(from);
  return 0;
}

uint64_t chost_birth(int file) {
  struct statx status;
  if (statx(file, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status)) return 0;
  if (!(status.stx_mask & STATX_BTIME)) return 0;
  uint64_t time = (uint64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
  return (status.stx_ino * 0x9e3779b97f4a7c15) ^ time;
}

int chost_open_memory(void) { return memfd_create("vmemctl-output", MFD_CLOEXEC); }
