// What Swift cannot express: a fault handler that must be async-signal-safe, host calls without an
// overlay, comparisons of many lanes at once. Nothing of the emulation lives here.
#ifndef VMEM_CHOST_H
#define VMEM_CHOST_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "CHostNative.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/// Which file a watched range is a mapping of.
enum chost_mapping { CHOST_NO_FILE, CHOST_IMAGE, CHOST_LOG };

/// Reports faults inside [base, base + size) on standard error and ends the process: with exit code 4
/// for a corrupt image, and with 74 where the host cannot read one of the first `mapped` bytes, which
/// are a mapping of the file `descriptor`. Every other fault goes to the handler that was there before.
/// At most 64 ranges are watched at a time. Returns 0, or -1 when a range or a handler could not be
/// set.
int chost_watch_range(
    const void * _Nonnull base, size_t size, enum chost_mapping mapping, int descriptor,
    size_t mapped);

/// Ends watching of the range that starts at `base`.
void chost_unwatch_range(const void * _Nonnull base);

/// Reports what the compiler or the library traps, such as a number of a damaged machine that is out
/// of its range, as a broken invariant on standard error and ends the process with exit code 4; or
/// with 74 where memory is limited and there is no more.
void chost_watch_traps(void);

/// Names the script whose lines this thread runs, for reports of faults; a count of 0 for none.
void chost_set_script(const char * _Nullable name, size_t count);

/// The line of it that runs.
extern _Thread_local uint64_t chost_line;
static inline void chost_set_line(uint64_t line) { chost_line = line; }

/// The words of the process's command line, as the loader has them, and their number.
char * _Nullable * _Nonnull chost_arguments(int * _Nonnull count);
/// A word of the process's command line, byte for byte, as the loader has it: no file is read for it.
/// NULL behind the last one.
const char * _Nullable chost_argument(int index);

/// Lets the stack of the process grow as far as its limit may be raised, to at most 8 MiB. Returns the
/// bytes that it can have.
size_t chost_widen_stack(void);

/// Whether the process can have this many bytes more, where its memory is limited.
int chost_has_room(size_t size);

/// Puts /dev/null on each of the descriptors 0, 1 and 2 that is closed, so that no file that is opened
/// later becomes the standard output. Reading and writing them still fail. Returns 0, or -1.
int chost_open_standard(void);

/// Locks a file, for one writer or any number of readers: the lock belongs to the open file, so that no
/// other descriptor of the process ends it. Returns 0 or an error number; EAGAIN or EACCES when
/// somebody else has it and `waits` is 0.
int chost_lock(int file, int is_writer, int waits);

/// The process that keeps a lock from being had, 0 for none, -1 for one that is not known.
long chost_lock_holder(int file, int is_writer);

/// Listens at a path, for this user alone (0600). The file of a server that is gone is replaced.
/// Returns the socket, or the negative of an error number: EEXIST for any other file, EADDRINUSE for
/// a server that answers. When the process ends by `chost_remove_sockets`, an interrupt, SIGTERM or
/// SIGHUP, the path is removed.
int chost_listen_local(const char * _Nonnull path);

/// Listens at a port of the loopback address, 127.0.0.1 or ::1. Returns the socket, or the negative of
/// an error number.
int chost_listen_port(uint16_t port, int is_v6);

/// Removes the paths of `chost_listen_local`.
void chost_remove_sockets(void);

/// A client of a listening socket, which never blocks; -1 where none waits.
int chost_accept(int server);

/// What a client has sent, without waiting, and a file that it has passed with it, or -1. Returns
/// bytes, 0 at the end, -1 with errno.
long chost_receive(int client, void * _Nonnull bytes, size_t size, int * _Nonnull file);

/// Whether the other end of a connection is closed, even if it has sent something that is still to be
/// read.
int chost_has_hung_up(int client);

/// Lets the process at the other end of a local socket read this one's memory, where the host has it
/// that only parents may.
void chost_allow_reader(int client);

/// Opens a file without a name, to read and write. Returns -1 where the file system has no such.
int chost_open_nameless(const char * _Nonnull folder);

/// Opens a file that lies in memory alone; negative when the host refuses.
int chost_open_memory(void);

/// Gives an open file a name, which must be new. Returns 0, or -1.
int chost_name(int file, const char * _Nonnull path);

/// Lets the file system look for room for `count` bytes at a file's offset at once, where it can. The
/// file gets no longer.
void chost_reserve_space(int file, size_t count);

/// Renames a file; the new name must be new. Returns 0, or -1.
int chost_rename_new(const char * _Nonnull from, const char * _Nonnull to);

/// A number that tells a file from its copies: its inode and the instant it was made; 0 where the file
/// system does not keep that.
uint64_t chost_birth(int file);

enum { CHOST_SEEK_DATA = 3, CHOST_SEEK_HOLE = 4 };

/// A run of pages of our own address space.
struct chost_pages {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
};

/// Finds the pages between `*start` and `end` that the host keeps contents of, in memory or swapped
/// out. `pagemap` is a descriptor of /proc/self/pagemap. Fills at most `count` runs, moves `*start`
/// behind what was looked at, and returns their number; -1 where the host cannot do this (Linux 6.7
/// can).
long chost_used_pages(
    int pagemap, uint64_t * _Nonnull start, uint64_t end,
    struct chost_pages * _Nonnull runs, size_t count);

/// As `chost_used_pages`, but only pages of a private mapping of a file that are not the file's any
/// more.
long chost_changed_pages(
    int pagemap, uint64_t * _Nonnull start, uint64_t end,
    struct chost_pages * _Nonnull runs, size_t count);

/// Pages of a file that native code sees each from its first touch on, with addresses on both sides
/// that nothing is ever mapped at.
struct chost_window;

/// Says whether native code may see the page with the byte at `offset` of a window, which may lie
/// outside of its pages: then the answer must be 0. 0 ends the native code.
typedef int (* _Nonnull chost_serve)(void * _Nullable context, int64_t offset);

/// Opens a window of `size` bytes, whole pages. First touches arrive by userfaultfd, or by SIGSEGV
/// where the host has none or it is not allowed. NULL when the host refuses.
struct chost_window * _Nullable chost_window_open(size_t size, int allows_userfault);
void chost_window_close(struct chost_window * _Nonnull window);

/// Makes every page unseen again.
void chost_window_hide(struct chost_window * _Nonnull window);

/// The window's pages, which this thread may use at any time.
void * _Nonnull chost_window_pages(const struct chost_window * _Nonnull window);
int chost_window_has_userfault(const struct chost_window * _Nonnull window);
/// Nanoseconds that the native code of the last run has taken.
uint64_t chost_window_elapsed_ns(const struct chost_window * _Nonnull window);

/// Runs a function with the window's pages as its stack: it calls itself `frames` times, with frames
/// of `frame` bytes (a multiple of 16, at most 64 KiB), and writes into the lowest word of each how
/// many bytes there are up to the top. The first touch of each page asks `serve`. Signals wait for
/// the end. `*used` becomes the bytes of the frames that were begun. Returns 0, also when the
/// function was ended early; -1 when the host refused.
int chost_window_run(
    struct chost_window * _Nonnull window, uint64_t frames, uint64_t frame, chost_serve serve,
    void * _Nullable context, uint64_t * _Nonnull used);

/// From here on an interrupt is noted; one that is not taken within 25 ms, and one that comes before
/// the last was taken, ends the process with 130, or the line that runs where a copy was left. Notes
/// how the terminal is set, too.
void chost_note_interrupts(void);
/// Whether no line runs: then interrupts mean nothing.
void chost_set_idle(int idle);
/// Leaves a copy of the process, which waits: this function returns 0, and the process goes on. When an
/// interrupt ends it, the copy goes on in its place, as if it was here, and the function returns once
/// more: how many lines had begun since, the one that was ended too. Only the last copy stays. Where
/// there is none to be had, 0.
unsigned long chost_leave_copy(void);
/// Where the bytes are counted that have been written since the last copy, of results (0) and of
/// messages (1): in a copy that goes on, what is not to be written again. NULL before the first one.
uint64_t * _Nullable chost_written(int stream);
/// Another line begins.
void chost_count_line(void);
/// Sets the terminal as it was when interrupts began to be noted, if they were; signal handlers may.
void chost_restore_terminal(void);
/// Whether an interrupt has come since the last call.
int chost_take_interrupt(void);

/// CRC-32C (Castagnoli) of `count` bytes that follow bytes of checksum `before`; 0 for none.
uint32_t chost_crc32c(uint32_t before, const void * _Nonnull bytes, size_t count);
/// The CRC-32C of each of `count` blocks of `size` bytes, one behind the other.
void chost_crc32c_blocks(const void * _Nonnull bytes, size_t size, size_t count,
                         uint32_t * _Nonnull sums);

/// Lets the host fetch the cache line of an address that is about to be read and written. Nothing happens
/// where there is no memory.
static inline void chost_prefetch(const void * _Nonnull address) { __builtin_prefetch(address, 1); }

/// Position of the first of 1024 words at or behind `at` that is not zero, or 1024.
static inline int chost_next_used(const uint32_t * _Nonnull words, int at) {
  while (at < 1024 && !words[at]) at++;
  return at;
}

/// Fills a page of 4096 bytes with zeroes, past the caches where the host can: for pages that are not
/// in them. Only the first line is brought there, since most users begin with it. Another thread sees
/// the zeroes once anything locks.
static inline void chost_zero_past_caches(void * _Nonnull page) {
#ifdef __SSE2__
  __m128i *words = (__m128i *)page;
  __builtin_prefetch(page, 1);
  for (int at = 4; at < 256; at++) _mm_stream_si128(words + at, _mm_setzero_si128());
  for (int at = 0; at < 4; at++) _mm_store_si128(words + at, _mm_setzero_si128());
#else
  memset(page, 0, 4096);
#endif
}

/// Fills the lower half of a page of 4096 bytes with zeroes and the upper half with the 2048 bytes at
/// `upper`, past the caches where the host can: for pages of which hardly a line is used soon.
static inline void chost_fill_past_caches(void * _Nonnull page, const void * _Nonnull upper) {
#ifdef __SSE2__
  __m128i *words = (__m128i *)page;
  const __m128i *from = (const __m128i *)upper;
  for (int at = 0; at < 128; at++) _mm_stream_si128(words + at, _mm_setzero_si128());
  for (int at = 0; at < 128; at++) _mm_stream_si128(words + 128 + at, _mm_load_si128(from + at));
#else
  memset(page, 0, 2048);
  memcpy((char *)page + 2048, upper, 2048);
#endif
}

/// Position of the first byte of a text at or behind `at` that is no part of a plain word: a blank or
/// control character, a quote or a backslash; or `count`.
static inline ptrdiff_t chost_end_of_word(const uint8_t * _Nonnull text, ptrdiff_t at, ptrdiff_t count) {
#ifdef __SSE2__
  for (; at + 16 <= count; at += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + at));
    __m128i ends = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x20)), bytes);
    ends = _mm_or_si128(ends, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    ends = _mm_or_si128(ends, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')));
    ends = _mm_or_si128(ends, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    int found = _mm_movemask_epi8(ends);
    if (found) return at + __builtin_ctz((unsigned)found);
  }
#endif
  while (at < count && text[at] > 0x20 && text[at] != '"' && text[at] != '\'' && text[at] != '\\') at++;
  return at;
}

/// Which of the first `count` of 64 numbers are at least `wanted`: bit n stands for number n. Of the others it
/// may tell or not. `numbers` is aligned to 16.
static inline uint64_t chost_at_least(
    const int32_t * _Nonnull numbers, intptr_t count, int32_t wanted) {
#ifdef __SSE2__
  const __m128i least = _mm_set1_epi32(wanted);
  uint64_t found = 0;
#pragma clang loop unroll(disable)
  for (intptr_t at = 0; at < count; at += 16) {
    const __m128i *lanes = (const __m128i *)(numbers + at);
    __m128i low = _mm_packs_epi32(
        _mm_cmpgt_epi32(least, lanes[0]), _mm_cmpgt_epi32(least, lanes[1]));
    __m128i high = _mm_packs_epi32(
        _mm_cmpgt_epi32(least, lanes[2]), _mm_cmpgt_epi32(least, lanes[3]));
    uint32_t smaller = (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
    found |= (uint64_t)(smaller ^ 0xffff) << at;
  }
  return found;
#else
  uint64_t found = 0;
  for (intptr_t at = 0; at < count; at++) found |= (uint64_t)(numbers[at] >= wanted) << at;
  return found;
#endif
}

/// The largest of the first `count` of 64 numbers, none of which is negative; 0 of none. `numbers` is aligned
/// to 16.
static inline int32_t chost_largest(const int32_t * _Nonnull numbers, intptr_t count) {
#ifdef __SSE2__
  // As numbers of 16 bits, in which larger ones become the largest: no branch depends on the count.
  static const int16_t places[64] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56,
    57, 58, 59, 60, 61, 62, 63};
  const __m128i end = _mm_set1_epi16((int16_t)count);
  __m128i largest = _mm_setzero_si128();
#pragma clang loop unroll(full)
  for (int at = 0; at < 64; at += 8) {
    const __m128i *lanes = (const __m128i *)(numbers + at);
    __m128i isInside = _mm_cmpgt_epi16(end, _mm_loadu_si128((const __m128i *)(places + at)));
    largest = _mm_max_epi16(
        largest, _mm_and_si128(_mm_packs_epi32(lanes[0], lanes[1]), isInside));
  }
  largest = _mm_max_epi16(largest, _mm_srli_si128(largest, 8));
  largest = _mm_max_epi16(largest, _mm_srli_si128(largest, 4));
  largest = _mm_max_epi16(largest, _mm_srli_si128(largest, 2));
  int32_t found = _mm_extract_epi16(largest, 0);
  if (__builtin_expect(found < INT16_MAX, 1)) return found;
#endif
  int32_t most = 0;
  for (intptr_t at = 0; at < count; at++) most = numbers[at] > most ? numbers[at] : most;
  return most;
}

#endif
