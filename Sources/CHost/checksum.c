#include "CHost.h"

#include <string.h>
#ifdef __x86_64__
#include <sys/platform/x86.h>
#endif

static uint32_t by_bits(uint32_t crc, const uint8_t *bytes, size_t count) {
  for (; count; count--) {
    crc ^= *bytes++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82f63b78 & -(crc & 1));
  }
  return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2")))
static uint32_t by_words(uint32_t crc, const uint8_t *bytes, size_t count) {
  uint64_t state = crc;
  for (; count >= 8; count -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  for (; count; count--) state = __builtin_ia32_crc32qi((uint32_t)state, *bytes++);
  return (uint32_t)state;
}

// Four blocks at a time: each step of one waits for the step before it.
__attribute__((target("sse4.2")))
static void of_four(const uint8_t *bytes, size_t size, uint32_t *sums) {
  uint64_t a = UINT32_MAX, b = UINT32_MAX, c = UINT32_MAX, d = UINT32_MAX;
  for (size_t at = 0; at < size; at += 8) {
    uint64_t words[4];
    for (int block = 0; block < 4; block++) memcpy(&words[block], bytes + block * size + at, 8);
    a = __builtin_ia32_crc32di(a, words[0]);
    b = __builtin_ia32_crc32di(b, words[1]);
    c = __builtin_ia32_crc32di(c, words[2]);
    d = __builtin_ia32_crc32di(d, words[3]);
  }
  sums[0] = ~(uint32_t)a;
  sums[1] = ~(uint32_t)b;
  sums[2] = ~(uint32_t)c;
  sums[3] = ~(uint32_t)d;
}
#endif

// The C library asked the processor when the program began. Asking again costs 5 us in a virtual machine.
static int has_words(void) {
#ifdef __x86_64__
  return CPU_FEATURE_ACTIVE(SSE4_2);
#else
  return 0;
#endif
}

uint32_t chost_crc32c(uint32_t before, const void *bytes, size_t count) {
#ifdef __x86_64__
  if (has_words()) return ~by_words(~before, bytes, count);
#endif
  return ~by_bits(~before, bytes, count);
}

void chost_crc32c_blocks(const void *bytes, size_t size, size_t count, uint32_t *sums) {
  const uint8_t *at = bytes;
  size_t block = 0;
#ifdef __x86_64__
  if (has_words() && size % 8 == 0) {
    for (; block + 4 <= count; block += 4) of_four(at + block * size, size, sums + block);
  }
#endif
  for (; block < count; block++) sums[block] = chost_crc32c(0, at + block * size, size);
}
