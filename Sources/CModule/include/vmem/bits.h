// Bits of words and of bitmaps, logarithms, rotations and integer hashes.
#ifndef VMEM_BITS_H
#define VMEM_BITS_H

#include <vmem/kernel.h>

#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define BIT_ULL_MASK(n) (1ULL << ((n) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(n) ((n) / BITS_PER_LONG_LONG)
#define GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (63 - (high))))
#define GENMASK_ULL(high, low) ((~0ULL << (low)) & (~0ULL >> (63 - (high))))
#define BITS_TO_LONGS(count) DIV_ROUND_UP(count, BITS_PER_LONG)
#define BITS_TO_U64(count) DIV_ROUND_UP(count, 64)
#define BITS_TO_U32(count) DIV_ROUND_UP(count, 32)
#define BITS_TO_BYTES(count) DIV_ROUND_UP(count, 8)
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define FIELD_GET(mask, word) (((word) & (mask)) >> __builtin_ctzll(mask))
#define FIELD_PREP(mask, value) (((__typeof__(mask))(value) << __builtin_ctzll(mask)) & (mask))
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

// MARK: Position of a bit

static inline int ffs(int x) { return __builtin_ffs(x); }
static inline int fls(unsigned int x) { return x ? 32 - __builtin_clz(x) : 0; }
static inline int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
static inline unsigned int fls_long(unsigned long x) { return fls64(x); }
static inline unsigned long __ffs(unsigned long x) { return __builtin_ctzl(x); }
static inline unsigned long __fls(unsigned long x) { return 63 - __builtin_clzl(x); }
static inline unsigned long __ffs64(u64 x) { return __builtin_ctzll(x); }
#define ffz(x) __ffs(~(x))
static inline unsigned int hweight64(u64 x) {
  x -= (x >> 1) & 0x5555555555555555ULL;
  x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
  return (x * 0x0101010101010101ULL) >> 56;
}
static inline unsigned int hweight32(u32 x) { return hweight64(x); }
static inline unsigned int hweight16(u16 x) { return hweight64(x); }
static inline unsigned int hweight8(u8 x) { return hweight64(x); }
static inline unsigned int hweight_long(unsigned long x) { return hweight64(x); }

#define ilog2(n) (63 - __builtin_clzll((u64)(n)))
#define order_base_2(n) ((n) > 1 ? 64 - __builtin_clzll((u64)(n) - 1) : 0)
static inline bool is_power_of_2(unsigned long n) { return n && !(n & (n - 1)); }
static inline unsigned long roundup_pow_of_two(unsigned long n) {
  return n > 1 ? 1UL << fls64(n - 1) : 1;
}
static inline int get_count_order_long(unsigned long count) {
  return count ? order_base_2(count) : -1;
}
static inline int get_count_order(unsigned int count) { return get_count_order_long(count); }
static inline unsigned long rounddown_pow_of_two(unsigned long n) { return 1UL << (fls64(n) - 1); }

static inline u8 rol8(u8 x, unsigned int n) { return (x << (n & 7)) | (x >> (-n & 7)); }
static inline u8 ror8(u8 x, unsigned int n) { return (x >> (n & 7)) | (x << (-n & 7)); }
static inline u16 rol16(u16 x, unsigned int n) { return (x << (n & 15)) | (x >> (-n & 15)); }
static inline u16 ror16(u16 x, unsigned int n) { return (x >> (n & 15)) | (x << (-n & 15)); }
static inline u32 rol32(u32 x, unsigned int n) { return (x << (n & 31)) | (x >> (-n & 31)); }
static inline u32 ror32(u32 x, unsigned int n) { return (x >> (n & 31)) | (x << (-n & 31)); }
static inline u64 rol64(u64 x, unsigned int n) { return (x << (n & 63)) | (x >> (-n & 63)); }
static inline u64 ror64(u64 x, unsigned int n) { return (x >> (n & 63)) | (x << (-n & 63)); }

// MARK: One bit

static inline void set_bit(long bit, volatile unsigned long *words) {
  __sync_fetch_and_or(words + BIT_WORD(bit), BIT_MASK(bit));
}
static inline void clear_bit(long bit, volatile unsigned long *words) {
  __sync_fetch_and_and(words + BIT_WORD(bit), ~BIT_MASK(bit));
}
static inline void change_bit(long bit, volatile unsigned long *words) {
  __sync_fetch_and_xor(words + BIT_WORD(bit), BIT_MASK(bit));
}
static inline bool test_bit(long bit, const volatile unsigned long *words) {
  return words[BIT_WORD(bit)] & BIT_MASK(bit);
}
static inline bool test_and_set_bit(long bit, volatile unsigned long *words) {
  return __sync_fetch_and_or(words + BIT_WORD(bit), BIT_MASK(bit)) & BIT_MASK(bit);
}
static inline bool test_and_clear_bit(long bit, volatile unsigned long *words) {
  return __sync_fetch_and_and(words + BIT_WORD(bit), ~BIT_MASK(bit)) & BIT_MASK(bit);
}
static inline bool test_and_change_bit(long bit, volatile unsigned long *words) {
  return __sync_fetch_and_xor(words + BIT_WORD(bit), BIT_MASK(bit)) & BIT_MASK(bit);
}
#define __set_bit set_bit
#define __clear_bit clear_bit
#define __change_bit change_bit
#define __test_and_set_bit test_and_set_bit
#define __test_and_clear_bit test_and_clear_bit
#define __test_and_change_bit test_and_change_bit
#define test_and_set_bit_lock test_and_set_bit
#define clear_bit_unlock clear_bit
#define __clear_bit_unlock clear_bit
#define __assign_bit assign_bit
#define test_bit_acquire test_bit
#define assign_bit(bit, words, value) \
  ((value) ? set_bit((bit), (words)) : clear_bit((bit), (words)))

// MARK: Search: the first bit of a kind from `offset` on, or `size`

#define __vmem_find(name, parameters, word) \
  static inline unsigned long find_next_##name parameters { \
    while (offset < size) { \
      unsigned long at = BIT_WORD(offset), rest = (word) >> (offset % BITS_PER_LONG); \
      if (rest) return min(offset + __ffs(rest), size); \
      offset = (offset | (BITS_PER_LONG - 1)) + 1; \
    } \
    return size; \
  }
#define __vmem_one_map \
  (const unsigned long *a, unsigned long size, unsigned long offset)
#define __vmem_two_maps \
  (const unsigned long *a, const unsigned long *b, unsigned long size, unsigned long offset)
__vmem_find(bit, __vmem_one_map, a[at])
__vmem_find(zero_bit, __vmem_one_map, ~a[at])
__vmem_find(and_bit, __vmem_two_maps, a[at] & b[at])
__vmem_find(andnot_bit, __vmem_two_maps, a[at] & ~b[at])
__vmem_find(or_bit, __vmem_two_maps, a[at] | b[at])
#define find_first_bit(words, size) find_next_bit(words, size, 0)
#define find_first_zero_bit(words, size) find_next_zero_bit(words, size, 0)
#define find_first_and_bit(a, b, size) find_next_and_bit(a, b, size, 0)
static inline unsigned long find_last_bit(const unsigned long *words, unsigned long size) {
  for (unsigned long bit = size; bit-- > 0;) {
    if (!words[BIT_WORD(bit)]) bit &= ~(BITS_PER_LONG - 1UL);
    else if (test_bit(bit, words)) return bit;
  }
  return size;
}
static inline unsigned long find_nth_bit(
    const unsigned long *words, unsigned long size, unsigned long n) {
  unsigned long bit = find_first_bit(words, size);
  while (n-- && bit < size) bit = find_next_bit(words, size, bit + 1);
  return bit;
}
#define for_each_set_bit_from(bit, words, size) \
  for ((bit) = find_next_bit(words, size, bit); (bit) < (size); \
       (bit) = find_next_bit(words, size, (bit) + 1))
#define for_each_clear_bit_from(bit, words, size) \
  for ((bit) = find_next_zero_bit(words, size, bit); (bit) < (size); \
       (bit) = find_next_zero_bit(words, size, (bit) + 1))
#define for_each_set_bit(bit, words, size) \
  for ((bit) = find_first_bit(words, size); (bit) < (size); \
       (bit) = find_next_bit(words, size, (bit) + 1))
#define for_each_clear_bit(bit, words, size) \
  for ((bit) = find_first_zero_bit(words, size); (bit) < (size); \
       (bit) = find_next_zero_bit(words, size, (bit) + 1))
// From `start` on and, behind the last bit, from the first up to there.
#define for_each_set_bit_wrap(bit, words, size, start) \
  for (unsigned long __begin = (start), __turn = ((bit) = __begin, 0); \
       ((bit) = find_next_bit(words, __turn ? __begin : (size), bit)) \
           < (__turn ? min(__begin, (unsigned long)(size)) : (unsigned long)(size)) \
       || (!__turn++ \
           && ((bit) = find_first_bit(words, min(__begin, (unsigned long)(size)))) \
               < min(__begin, (unsigned long)(size))); \
       (bit)++)
#define for_each_and_bit(bit, a, b, size) \
  for ((bit) = find_first_and_bit(a, b, size); (bit) < (size); \
       (bit) = find_next_and_bit(a, b, size, (bit) + 1))
#define for_each_andnot_bit(bit, a, b, size) \
  for ((bit) = find_next_andnot_bit(a, b, size, 0); (bit) < (size); \
       (bit) = find_next_andnot_bit(a, b, size, (bit) + 1))
#define for_each_or_bit(bit, a, b, size) \
  for ((bit) = find_next_or_bit(a, b, size, 0); (bit) < (size); \
       (bit) = find_next_or_bit(a, b, size, (bit) + 1))
// Runs of set or of clear bits, from `begin` to below `end`.
#define for_each_set_bitrange_from(begin, end, words, size) \
  for (; (begin) = find_next_bit(words, size, begin), \
       (end) = find_next_zero_bit(words, size, (begin) + 1), (begin) < (size); \
       (begin) = (end) + 1)
#define for_each_clear_bitrange_from(begin, end, words, size) \
  for (; (begin) = find_next_zero_bit(words, size, begin), \
       (end) = find_next_bit(words, size, (begin) + 1), (begin) < (size); \
       (begin) = (end) + 1)
#define for_each_set_bitrange(begin, end, words, size) \
  (begin) = 0; \
  for_each_set_bitrange_from(begin, end, words, size)
#define for_each_clear_bitrange(begin, end, words, size) \
  (begin) = 0; \
  for_each_clear_bitrange_from(begin, end, words, size)

// MARK: Hashes

#define GOLDEN_RATIO_32 0x61C88647u
#define GOLDEN_RATIO_64 0x61C8864680B583EBull
static inline u32 __hash_32(u32 value) { return value * GOLDEN_RATIO_32; }
static inline u32 hash_32(u32 value, unsigned int bits) { return __hash_32(value) >> (32 - bits); }
static inline u32 hash_64(u64 value, unsigned int bits) {
  return (value * GOLDEN_RATIO_64) >> (64 - bits);
}
#define hash_long(value, bits) hash_64(value, bits)
#define hash_ptr(pointer, bits) hash_64((unsigned long)(pointer), bits)
#define hash_min(value, bits) \
  (sizeof(value) <= 4 ? hash_32((u32)(value), bits) : hash_64((u64)(value), bits))

#endif
