#ifndef CRECORDER_H
#define CRECORDER_H

#include <stddef.h>

/// Keeps what the calling thread writes to files, in order: this library takes the place of the C
/// library's pwrite, pwritev, ftruncate and fdatasync in the program it is linked to.

enum crecorder_kind { crecorder_write, crecorder_truncate, crecorder_sync };

struct crecorder_event {
  enum crecorder_kind kind;
  /// The file, as fstat knows it.
  unsigned long inode;
  /// Where a write begins, or how long a truncation leaves the file.
  long offset;
  /// Bytes of a write; 0 for everything else.
  size_t length;
  const unsigned char *bytes;
};

/// Forgets what was kept, and keeps what this thread does from now on.
void crecorder_start(void);
/// Stops keeping.
void crecorder_stop(void);
/// Events kept so far.
size_t crecorder_count(void);
struct crecorder_event crecorder_at(size_t index);

#endif
