#ifndef CFUZZ_H
#define CFUZZ_H

#include <stddef.h>
#include <stdint.h>

typedef int cfuzz_target(const uint8_t *bytes, size_t count);

/// libFuzzer's own main loop.
int cfuzz_run(int argc, char **argv, cfuzz_target *target);

/// Lets copies of this process count what they reach where the original sees it. Returns 0, or -1 where
/// the host refuses.
int cfuzz_share_counters(void);

/// Runs `body` in a copy of this process, with little processor time and without output, and returns its
/// status as a shell shows it; its peak of memory in bytes goes to `memory`.
int cfuzz_fork(int (*body)(const uint8_t *bytes, size_t count), const uint8_t *bytes, size_t count,
               int seconds, size_t *memory);

#endif
