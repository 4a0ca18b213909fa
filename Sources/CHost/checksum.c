#include "CHost.h"

#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
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
#endif

uint32_t chost_crc32c(uint32_t before, const void *bytes, size_t count) {
#ifdef __x86_64__
  static int has_words = -1;
  if (has_words < 0) {
    unsigned a, b, c = 0, d;
    has_words = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2);
  }
  if (has_words) return ~by_words(~before, bytes, count);
#endif
  return ~by_bits(~before, bytes, count);
}
