// Bitmaps: sets of bits in arrays of words.
#ifndef VMEM_BITMAP_H
#define VMEM_BITMAP_H

#include <vmem/bits.h>
#include <vmem/printk.h>
#include <vmem/string.h>

void vmem_bitmap_free(const void *words) VK(kfree);
#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) % BITS_PER_LONG))
#define BITMAP_LAST_WORD_MASK(bits) (~0UL >> (-(bits) & (BITS_PER_LONG - 1)))

static inline void bitmap_zero(unsigned long *words, unsigned int bits) {
  for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) words[i] = 0;
}
static inline void bitmap_fill(unsigned long *words, unsigned int bits) {
  for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) words[i] = ~0UL;
}
static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits) {
  for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) to[i] = from[i];
}
static inline void vmem_bitmap_clear_tail(unsigned long *words, unsigned int bits) {
  if (bits % BITS_PER_LONG) words[bits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(bits);
}
static inline void bitmap_copy_clear_tail(
    unsigned long *to, const unsigned long *from, unsigned int bits) {
  bitmap_copy(to, from, bits);
  vmem_bitmap_clear_tail(to, bits);
}
static inline void bitmap_set(unsigned long *words, unsigned int start, unsigned int count) {
  for (unsigned int i = start; i < start + count; i++) __set_bit(i, words);
}
static inline void bitmap_clear(unsigned long *words, unsigned int start, unsigned int count) {
  for (unsigned int i = start; i < start + count; i++) __clear_bit(i, words);
}

// MARK: What is asked of one bitmap or two

// The word `at` of an expression of words, without bits behind the last.
#define __vmem_bitmap_word(expression) \
  ((expression) & (at == (bits - 1) / BITS_PER_LONG ? BITMAP_LAST_WORD_MASK(bits) : ~0UL))
#define __vmem_bitmap_each \
  for (unsigned int at = 0; at < BITS_TO_LONGS(bits); at++)
static inline unsigned int bitmap_weight(const unsigned long *words, unsigned int bits) {
  unsigned int weight = 0;
  __vmem_bitmap_each weight += hweight64(__vmem_bitmap_word(words[at]));
  return weight;
}
static inline bool bitmap_empty(const unsigned long *words, unsigned int bits) {
  return find_first_bit(words, bits) == bits;
}
static inline bool bitmap_full(const unsigned long *words, unsigned int bits) {
  return find_first_zero_bit(words, bits) == bits;
}
#define __vmem_bitmap_ask(name, unlike) \
  static inline bool bitmap_##name( \
      const unsigned long *a, const unsigned long *b, unsigned int bits) { \
    __vmem_bitmap_each if (__vmem_bitmap_word(unlike)) return false; \
    return true; \
  }
__vmem_bitmap_ask(equal, a[at] ^ b[at])
__vmem_bitmap_ask(subset, a[at] & ~b[at])
__vmem_bitmap_ask(disjoint, a[at] & b[at])
#define bitmap_intersects(a, b, bits) (!bitmap_disjoint(a, b, bits))
static inline bool bitmap_or_equal(const unsigned long *a, const unsigned long *b,
    const unsigned long *c, unsigned int bits) {
  __vmem_bitmap_each if (__vmem_bitmap_word((a[at] | b[at]) ^ c[at])) return false;
  return true;
}

// MARK: What is made of one bitmap or two; whether anything is left

#define __vmem_bitmap(name, expression) \
  static inline bool bitmap_##name(unsigned long *to, const unsigned long *a, \
      const unsigned long *b, unsigned int bits) { \
    unsigned long any = 0; \
    __vmem_bitmap_each { \
      to[at] = (expression); \
      any |= __vmem_bitmap_word(to[at]); \
    } \
    return any != 0; \
  }
__vmem_bitmap(and, a[at] & b[at])
__vmem_bitmap(or, a[at] | b[at])
__vmem_bitmap(xor, a[at] ^ b[at])
__vmem_bitmap(andnot, a[at] & ~b[at])
static inline void bitmap_complement(
    unsigned long *to, const unsigned long *from, unsigned int bits) {
  __vmem_bitmap_each to[at] = ~from[at];
}
static inline void bitmap_replace(unsigned long *to, const unsigned long *old,
    const unsigned long *new, const unsigned long *mask, unsigned int bits) {
  __vmem_bitmap_each to[at] = (old[at] & ~mask[at]) | (new[at] & mask[at]);
}
// Towards bit 0; zeroes come in.
static inline void bitmap_shift_right(
    unsigned long *to, const unsigned long *from, unsigned int shift, unsigned int bits) {
  for (unsigned int i = 0; i < bits; i++) {
    __assign_bit(i, to, i + shift < bits && test_bit(i + shift, from));
  }
  vmem_bitmap_clear_tail(to, bits);
}
static inline void bitmap_shift_left(
    unsigned long *to, const unsigned long *from, unsigned int shift, unsigned int bits) {
  for (unsigned int i = bits; i-- > 0;) {
    __assign_bit(i, to, i >= shift && test_bit(i - shift, from));
  }
}
// What is behind the `cut` bits from `first` on moves there.
static inline void bitmap_cut(unsigned long *to, const unsigned long *from, unsigned int first,
    unsigned int cut, unsigned int bits) {
  for (unsigned int i = 0; i < bits; i++) {
    unsigned int source = i < first ? i : i + cut;
    __assign_bit(i, to, source < BITS_TO_LONGS(bits) * BITS_PER_LONG && test_bit(source, from));
  }
}

// MARK: Runs of clear bits

// The first `count` clear bits at or after `start`, or `size` or more if no such run exists; their
// position and `offset` make a multiple of the alignment.
static inline unsigned long bitmap_find_next_zero_area_off(unsigned long *words,
    unsigned long size, unsigned long start, unsigned int count, unsigned long align_mask,
    unsigned long offset) {
  for (;;) {
    start = find_next_zero_bit(words, size, start);
    start = __ALIGN_MASK(start + offset, align_mask) - offset;
    if (start + count > size) return size + 1;
    unsigned long taken = find_next_bit(words, start + count, start);
    if (taken >= start + count) return start;
    start = taken + 1;
  }
}
#define bitmap_find_next_zero_area(words, size, start, count, align_mask) \
  bitmap_find_next_zero_area_off(words, size, start, count, align_mask, 0)
// Runs of 2^order bits at multiples of that.
static inline int bitmap_allocate_region(unsigned long *words, unsigned int at, int order) {
  if (find_next_bit(words, at + (1UL << order), at) < at + (1UL << order)) return -EBUSY;
  bitmap_set(words, at, 1U << order);
  return 0;
}
static inline void bitmap_release_region(unsigned long *words, unsigned int at, int order) {
  bitmap_clear(words, at, 1U << order);
}
static inline int bitmap_find_free_region(unsigned long *words, unsigned int bits, int order) {
  for (unsigned int at = 0; at + (1U << order) <= bits; at += 1U << order) {
    if (!bitmap_allocate_region(words, at, order)) return at;
  }
  return -ENOMEM;
}

// MARK: Other forms

static inline void bitmap_from_u64(unsigned long *to, u64 mask) { to[0] = mask; }
#define BITMAP_FROM_U64(n) (n)
static inline void bitmap_from_arr32(unsigned long *to, const u32 *from, unsigned int bits) {
  bitmap_zero(to, bits);
  memcpy(to, from, BITS_TO_U32(bits) * sizeof(u32));
  vmem_bitmap_clear_tail(to, bits);
}
static inline void bitmap_to_arr32(u32 *to, const unsigned long *from, unsigned int bits) {
  memcpy(to, from, BITS_TO_U32(bits) * sizeof(u32));
  if (bits % 32) to[bits / 32] &= ~0U >> (-bits % 32);
}
static inline void bitmap_from_arr64(unsigned long *to, const u64 *from, unsigned int bits) {
  bitmap_copy_clear_tail(to, (const unsigned long *)from, bits);
}
static inline void bitmap_to_arr64(u64 *to, const unsigned long *from, unsigned int bits) {
  bitmap_copy_clear_tail((unsigned long *)to, from, bits);
}
static inline unsigned long bitmap_get_value8(const unsigned long *words, unsigned long start) {
  return (words[BIT_WORD(start)] >> (start % BITS_PER_LONG)) & 0xff;
}
static inline void bitmap_set_value8(
    unsigned long *words, unsigned long value, unsigned long start) {
  unsigned long *word = &words[BIT_WORD(start)];
  *word = (*word & ~(0xffUL << (start % BITS_PER_LONG))) | value << (start % BITS_PER_LONG);
}
#define bitmap_get_clump8 bitmap_get_value8
// Where the next 8 bits begin that are not all clear, and what they are.
static inline unsigned long find_next_clump8(unsigned long *clump, const unsigned long *words,
    unsigned long size, unsigned long offset) {
  offset = find_next_bit(words, size, offset);
  if (offset == size) return size;
  offset = round_down(offset, 8);
  *clump = bitmap_get_value8(words, offset);
  return offset;
}
#define find_first_clump8(clump, words, size) find_next_clump8(clump, words, size, 0)
#define for_each_set_clump8(start, clump, words, size) \
  for ((start) = find_first_clump8(&(clump), words, size); (start) < (size); \
       (start) = find_next_clump8(&(clump), words, size, (start) + 8))
static inline int bitmap_print_to_pagebuf(
    bool list, char *to, const unsigned long *words, int bits) {
  unsigned long room = 4096 - (unsigned long)to % 4096;
  return scnprintf(to, room, list ? "%*pbl\n" : "%*pb\n", bits, words);
}
// The part from `offset` on of the text that the bitmap has.
static __always_inline int vmem_bitmap_print_part(char *to, const unsigned long *words, int bits,
    s64 offset, size_t room, const char *format) {
  char *text = kasprintf(VMEM_GFP_DIRECT_RECLAIM | VMEM_GFP_KSWAPD_RECLAIM, format, bits, words);
  if (!text) return -ENOMEM;
  size_t length = strlen(text) + 1, start = min((size_t)offset, length);
  size_t copied = min(length - start, room);
  memcpy(to, text + start, copied);
  vmem_bitmap_free(text);
  return copied;
}
#define bitmap_print_bitmask_to_buf(to, words, bits, offset, room) \
  vmem_bitmap_print_part(to, words, bits, offset, room, "%*pb\n")
#define bitmap_print_list_to_buf(to, words, bits, offset, room) \
  vmem_bitmap_print_part(to, words, bits, offset, room, "%*pbl\n")
// Groups of at most 8 hexadecimal digits, the last of the lowest bits, up to the end of the line;
// -EOVERFLOW if they have more bits.
static inline bool vmem_bitmap_parts(char character) {
  return isspace(character) || character == ',';
}
static inline int bitmap_parse(
    const char *text, unsigned int size, unsigned long *to, int bits) {
  const char *end = text;
  while (end < text + size && *end && *end != '\n') end++;
  bitmap_zero(to, bits);
  for (int group = 0;; group += 32) {
    while (end > text && vmem_bitmap_parts(end[-1])) end--;
    if (end == text) return 0;
    if (group >= bits) return -EOVERFLOW;
    for (int place = group; end > text && !vmem_bitmap_parts(end[-1]); place += 4) {
      int value = hex_to_bin(*--end);
      if (value < 0) return -EINVAL;
      if (place == group + 32) return -EOVERFLOW;
      for (int bit = 0; bit < 4; bit++) {
        if (!(value >> bit & 1)) continue;
        if (place + bit >= bits) return -EOVERFLOW;
        __set_bit(place + bit, to);
      }
    }
  }
}
// A number, or N for the last bit; an error if it is neither.
static inline const char *vmem_bitmap_place(
    const char *at, unsigned int *value, unsigned int last, int *error) {
  *value = last;
  if (*at == 'N') return at + 1;
  if (!isdigit(*at) && !*error) *error = -EINVAL;
  for (*value = 0; isdigit(*at); at++) {
    if (*value > (UINT_MAX - 9) / 10 && !*error) *error = -EOVERFLOW;
    *value = *value * 10 + (*at - '0');
  }
  return at;
}
// Positions and ranges: "0-3,8,10-20:2/5"; N is the last bit, and "all" are all.
static inline int bitmap_parselist(const char *at, unsigned long *to, int bits) {
  bitmap_zero(to, bits);
  for (;;) {
    int error = 0;
    unsigned int first = 0, last = bits - 1, used = 1, group = 1;
    while (vmem_bitmap_parts(*at) && *at != '\n') at++;
    if (!*at || *at == '\n') return 0;
    bool all = !strncasecmp(at, "all", 3);
    at = all ? at + 3 : vmem_bitmap_place(at, &first, bits - 1, &error);
    bool range = !all && *at == '-';
    if (range) at = vmem_bitmap_place(at + 1, &last, bits - 1, &error);
    else if (!all) last = first;
    if (*at == ':' && (all || range)) {
      at = vmem_bitmap_place(at + 1, &used, bits - 1, &error);
      if (!error && *at != '/') return -EINVAL;
      if (*at == '/') at = vmem_bitmap_place(at + 1, &group, bits - 1, &error);
    }
    if (error) return error;
    if (*at && !vmem_bitmap_parts(*at)) return -EINVAL;
    if (first > last || !group || used > group) return -EINVAL;
    if (last >= (unsigned int)bits) return -ERANGE;
    for (unsigned int bit = first; bit <= last; bit++) {
      if ((bit - first) % group < used) __set_bit(bit, to);
    }
  }
}

// The same, as they are called for sizes that are not constant.
#define __bitmap_and bitmap_and
#define __bitmap_or bitmap_or
#define __bitmap_xor bitmap_xor
#define __bitmap_andnot bitmap_andnot
#define __bitmap_equal bitmap_equal
#define __bitmap_subset bitmap_subset
#define __bitmap_intersects bitmap_intersects
#define __bitmap_weight bitmap_weight
#define __bitmap_set bitmap_set
#define __bitmap_clear bitmap_clear
#define __bitmap_complement bitmap_complement
#define __bitmap_replace bitmap_replace
#define __bitmap_shift_right bitmap_shift_right
#define __bitmap_shift_left bitmap_shift_left

// MARK: Bitmaps of memory of kmalloc

void *vmem_bitmap_room(size_t size, gfp_t gfp) VK(kmalloc);
#define bitmap_size(bits) (BITS_TO_LONGS((size_t)(bits)) * sizeof(long))
#define bitmap_alloc(bits, gfp) ((unsigned long *)vmem_bitmap_room(bitmap_size(bits), gfp))
#define bitmap_zalloc(bits, gfp) bitmap_alloc(bits, (gfp) | VMEM_GFP_ZERO)
#define bitmap_free(words) vmem_bitmap_free(words)

#endif
