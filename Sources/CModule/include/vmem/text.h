// Forms of text: bytes as hexadecimal digits, options of a command line, arrays of texts.
#ifndef VMEM_TEXT_H
#define VMEM_TEXT_H

#include <vmem/slab.h>

static const char hex_asc[] __maybe_unused = "0123456789abcdef";
static const char hex_asc_upper[] __maybe_unused = "0123456789ABCDEF";
#define hex_asc_lo(byte) hex_asc[(byte) & 0x0f]
#define hex_asc_hi(byte) hex_asc[((byte) >> 4) & 0x0f]
static inline char *hex_byte_pack(char *to, u8 byte) {
  *to++ = hex_asc_hi(byte);
  *to++ = hex_asc_lo(byte);
  return to;
}
static inline char *hex_byte_pack_upper(char *to, u8 byte) {
  *to++ = hex_asc_upper[byte >> 4];
  *to++ = hex_asc_upper[byte & 0x0f];
  return to;
}
static inline int hex2bin(u8 *to, const char *from, size_t count) {
  while (count--) {
    int high = hex_to_bin(*from++);
    if (high < 0) return -EINVAL;
    int low = hex_to_bin(*from++);
    if (low < 0) return -EINVAL;
    *to++ = high << 4 | low;
  }
  return 0;
}
static inline char *bin2hex(char *to, const void *from, size_t count) {
  for (const u8 *at = from; count--; at++) to = hex_byte_pack(to, *at);
  return to;
}

// A row of print_hex_dump; how long the text is, or would be with enough room.
static inline int hex_dump_to_buffer(const void *bytes, size_t size, int row, int group, char *to,
    size_t room, bool ascii) {
  char line[32 * 3 + 2 + 32 + 1];
  const u8 *at = bytes;
  int length = 0;
  if (row != 16 && row != 32) row = 16;
  if (size > row) size = row;
  if (group < 1 || group > 8 || group & (group - 1) || size % group) group = 1;
  for (size_t i = 0; i < size; i += group) {
    if (i) line[length++] = ' ';
    for (int byte = group - 1; byte >= 0; byte--) {
      hex_byte_pack(line + length, at[i + byte]);
      length += 2;
    }
  }
  if (ascii && size) {
    int column = row * 2 + row / group + 1;
    while (length < column) line[length++] = ' ';
    for (size_t i = 0; i < size; i++) {
      line[length++] = isascii(at[i]) && isprint(at[i]) ? at[i] : '.';
    }
  }
  line[length] = 0;
  if (room) {
    size_t copied = min((size_t)length, room - 1);
    memcpy(to, line, copied);
    to[copied] = 0;
  }
  return length;
}

// A number of a list, after which *text stands behind its comma: 0 if there is none, 1 if it is the
// last, 2 before a comma, 3 before a dash.
static inline int get_option(char **text, int *value) {
  char *at = *text;
  if (!at || !*at) return 0;
  bool negative = *at == '-';
  int number = simple_strtoull(at + negative, text, 0);
  if (negative) number = -number;
  if (value) *value = number;
  if (at == *text) return 0;
  if (**text == ',') {
    (*text)++;
    return 2;
  }
  return **text == '-' ? 3 : 1;
}
// A list with ranges into values[1…]; values[0] is how many. Where the list ends.
static inline char *get_options(const char *text, int room, int *values) {
  char *at = (char *)text;
  int count = 1, value;
  bool counts_only = room == 0;
  while (counts_only || count < room) {
    int kind = get_option(&at, &value);
    if (!kind) break;
    if (!counts_only) values[count] = value;
    count++;
    if (kind == 3) {
      int low = value, last = value;
      char *rest = at + 1;
      kind = get_option(&rest, &last);
      at = rest;
      for (value = low + 1; value <= last && (counts_only || count < room); value++) {
        if (!counts_only) values[count] = value;
        count++;
      }
    }
    if (kind == 1) break;
  }
  values[0] = count - 1;
  return at;
}

// Both arrays of pointers, each up to its null, in a new one.
static __always_inline void **vmem_memcat_p(void **a, void **b) {
  size_t first = 0, second = 0;
  while (a[first]) first++;
  while (b[second]) second++;
  void **both = kmalloc_array(first + second + 1, sizeof(void *), GFP_KERNEL);
  if (!both) return NULL;
  memcpy(both, a, first * sizeof(void *));
  memcpy(both + first, b, (second + 1) * sizeof(void *));
  return both;
}
#define memcat_p(a, b) ((__typeof__(a))vmem_memcat_p((void **)(a), (void **)(b)))

static inline int __sysfs_match_string(
    const char *const *array, size_t count, const char *text) {
  for (size_t i = 0; i < count && array[i]; i++) {
    if (sysfs_streq(array[i], text)) return i;
  }
  return -EINVAL;
}
#define sysfs_match_string(array, text) __sysfs_match_string(array, ARRAY_SIZE(array), text)

#endif
