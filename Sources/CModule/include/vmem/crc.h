// Checksums of what was summed in two parts.
#ifndef VMEM_CRC_H
#define VMEM_CRC_H

#include <vmem/string.h>

// The sum of bytes of which the last `size` are zero.
static inline u32 crc32_le_shift(u32 crc, size_t size) {
  static const u8 zeroes[64];
  for (; size >= sizeof(zeroes); size -= sizeof(zeroes)) crc = crc32_le(crc, zeroes, 64);
  return crc32_le(crc, zeroes, size);
}
static inline u32 __crc32c_le_shift(u32 crc, size_t size) {
  static const u8 zeroes[64];
  for (; size >= sizeof(zeroes); size -= sizeof(zeroes)) crc = crc32c(crc, zeroes, 64);
  return crc32c(crc, zeroes, size);
}
#define crc32_le_combine(first, second, size) (crc32_le_shift(first, size) ^ (second))
#define crc32c_combine(first, second, size) (__crc32c_le_shift(first, size) ^ (second))
#define __crc32c_le_combine crc32c_combine

#endif
