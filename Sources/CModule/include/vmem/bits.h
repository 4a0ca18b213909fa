// Bits of words and of bitmaps, logarithms, rotations and integer hashes.
#ifndef VMEM_BITS_H
#define VMEM_BITS_H

#include <vmem/kernel.h>

#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (63 - (high))))
#define GENMASK_ULL(high, low) ((~0ULL << (low)) & (~0ULL >> (63 - (high))))
#define BITS_TO_LONGS(count) DIV_ROUND_UP(count, BITS_PER_LONG)
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
#define test_and_set_bit_lock test_and_set_bit
#define clear_bit_unlock clear_bit
#define assign_bit(bit, words, value) \
  ((value) ? set_bit((bit), (words)) : clear_bit((bit), (words)))

// MARK: Bitmaps

static inline unsigned long find_next_bit(
    const unsigned long *words, unsigned long size, unsigned long offset) {
  for (; offset < size; offset++) {
    unsigned long rest = words[BIT_WORD(offset)] >> (offset % BITS_PER_LONG);
    if (!rest) offset |= BITS_PER_LONG - 1;
    else return min(offset + __ffs(rest), size);
  }
  return size;
}
static inline unsigned long find_next_zero_bit(
    const unsigned long *words, unsigned long size, unsigned long offset) {
  while (offset < size && test_bit(offset, words)) offset++;
  return min(offset, size);
}
#define find_first_bit(words, size) find_next_bit(words, size, 0)
#define find_first_zero_bit(words, size) find_next_zero_bit(words, size, 0)
#define for_each_set_bit(bit, words, size) \
  for ((bit) = find_first_bit(words, size); (bit) < (size); \
       (bit) = find_next_bit(words, size, (bit) + 1))
#define for_each_clear_bit(bit, words, size) \
  for ((bit) = find_first_zero_bit(words, size); (bit) < (size); \
       (bit) = find_next_zero_bit(words, size, (bit) + 1))
static inline void bitmap_zero(unsigned long *words, unsigned int bits) {
  for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) words[i] = 0;
}
static inline void bitmap_fill(unsigned long *words, unsigned int bits) {
  for (unsigned int i = 0; i < bits; i++) __set_bit(i, words);
}
static inline void bitmap_set(unsigned long *words, unsigned int start, unsigned int count) {
  for (unsigned int i = start; i < start + count; i++) __set_bit(i, words);
}
static inline void bitmap_clear(unsigned long *words, unsigned int start, unsigned int count) {
  for (unsigned int i = start; i < start + count; i++) __clear_bit(i, words);
}
static inline unsigned int bitmap_weight(const unsigned long *words, unsigned int bits) {
  unsigned int weight = 0;
  for (unsigned int i = 0; i < bits; i++) weight += test_bit(i, words);
  return weight;
}
static inline bool bitmap_empty(const unsigned long *words, unsigned int bits) {
  return find_first_bit(words, bits) == bits;
}
static inline bool bitmap_full(const unsigned long *words, unsigned int bits) {
  return find_first_zero_bit(words, bits) == bits;
}
#define __vmem_bitmap(name, operator) \
  static inline void bitmap_##name(unsigned long *to, const unsigned long *a, \
      const unsigned long *b, unsigned int bits) { \
    for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) to[i] = a[i] operator b[i]; \
  }
__vmem_bitmap(and, &) __vmem_bitmap(or, |) __vmem_bitmap(xor, ^) __vmem_bitmap(andnot, & ~)
static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits) {
  for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) to[i] = from[i];
}
// The first `count` clear bits at or after `start`, or `size` or more if no such run exists.
static inline unsigned long bitmap_find_next_zero_area(unsigned long *words, unsigned long size,
    unsigned long start, unsigned int count, unsigned long align_mask) {
  for (;;) {
    start = __ALIGN_MASK(find_next_zero_bit(words, size, start), align_mask);
    if (start + count > size) return size + 1;
    unsigned long taken = find_next_bit(words, start + count, start);
    if (taken >= start + count) return start;
    start = taken + 1;
  }
}

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
