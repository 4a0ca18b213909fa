// Text with escapes, in capitals, and sizes with units.
#ifndef VMEM_STRING_HELPERS_H
#define VMEM_STRING_HELPERS_H

#include <vmem/text.h>

static inline void string_upper(char *to, const char *from) {
  do *to++ = toupper(*from); while (*from++);
}
static inline void string_lower(char *to, const char *from) {
  do *to++ = tolower(*from); while (*from++);
}
#define string_is_terminated(text, size) (memchr(text, '\0', size) != NULL)

// MARK: Sizes, with three digits that count

enum string_size_units { STRING_UNITS_10, STRING_UNITS_2 };
// Divides a number of 32-bit digits, the highest first; the rest.
static inline unsigned int vmem_divide(u32 digits[4], unsigned int by) {
  u64 rest = 0;
  for (int i = 0; i < 4; i++) {
    rest = rest << 32 | digits[i];
    digits[i] = rest / by;
    rest %= by;
  }
  return rest;
}
static inline int string_get_size(
    u64 size, u64 block, enum string_size_units units, char *to, int room) {
  static const char *const names[2][9] = {
    { "B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB" },
    { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB" },
  };
  unsigned __int128 bytes = (unsigned __int128)size * block;
  u32 number[4] = { bytes >> 96, bytes >> 64, bytes >> 32, bytes };
  unsigned int base = units == STRING_UNITS_10 ? 1000 : 1024, unit = 0, rest = 0;
  while ((number[0] | number[1] | number[2] || number[3] >= base) && unit < 8) {
    // Only of the last division; a thousandth is enough.
    rest = vmem_divide(number, base) * 1000 / base;
    unit++;
  }
  unsigned int whole = number[3], digits = !unit ? 0 : whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
  static const unsigned int half[] = { 500, 50, 5 };
  if (unit) rest += half[digits];
  if (rest >= 1000) {
    rest -= 1000;
    whole++;
  }
  char fraction[8] = "";
  if (digits) snprintf(fraction, sizeof(fraction), ".%03u", rest);
  if (digits) fraction[digits + 1] = 0;
  return snprintf(to, room, "%u%s %s", whole, fraction, names[units != STRING_UNITS_10][unit]);
}

// MARK: Escapes

#define UNESCAPE_SPACE 1
#define UNESCAPE_OCTAL 2
#define UNESCAPE_HEX 4
#define UNESCAPE_SPECIAL 8
#define UNESCAPE_ANY 15
#define UNESCAPE_ALL_MASK 15
#define __VMEM_SPACES "nrtvf"
#define __VMEM_SPACES_MEANT "\n\r\t\v\f"
#define __VMEM_SPECIALS "\"\\ae"
#define __VMEM_SPECIALS_MEANT "\"\\\a\033"

static inline bool vmem_unescape_one(
    char character, const char *names, const char *meant, char *to) {
  const char *at = character ? strchr(names, character) : NULL;
  if (at) *to = meant[at - names];
  return at != NULL;
}
// The digits behind a backslash; how many characters they are, 0 if there are none.
static inline int vmem_unescape_digits(const char *at, unsigned int flags, char *to) {
  int count = 0, value = 0;
  if (flags & UNESCAPE_OCTAL && *at >= '0' && *at <= '7') {
    while (count < 3 && value < 32 && at[count] >= '0' && at[count] <= '7') {
      value = value * 8 + (at[count++] - '0');
    }
  } else if (flags & UNESCAPE_HEX && *at == 'x' && hex_to_bin(at[1]) >= 0) {
    count = 1;
    while (count < 3 && hex_to_bin(at[count]) >= 0) value = value * 16 + hex_to_bin(at[count++]);
  }
  *to = value;
  return count;
}
static inline int string_unescape(char *from, char *to, size_t size, unsigned int flags) {
  char *out = to;
  if (!size) size = SIZE_MAX;
  for (; *from && --size; out++) {
    bool escapes = from[0] == '\\' && from[1] && size > 1;
    int digits = escapes ? vmem_unescape_digits(from + 1, flags, out) : 0;
    if (digits) {
      from += 1 + digits;
    } else if (escapes && ((flags & UNESCAPE_SPACE
            && vmem_unescape_one(from[1], __VMEM_SPACES, __VMEM_SPACES_MEANT, out))
        || (flags & UNESCAPE_SPECIAL
            && vmem_unescape_one(from[1], __VMEM_SPECIALS, __VMEM_SPECIALS_MEANT, out)))) {
      from += 2;
    } else {
      *out = *from++;
      if (escapes) {
        size--;
        *++out = *from++;
      }
    }
  }
  *out = 0;
  return out - to;
}
#define string_unescape_inplace(text, flags) string_unescape(text, text, 0, flags)
#define string_unescape_any(from, to, size) string_unescape(from, to, size, UNESCAPE_ANY)
#define string_unescape_any_inplace(text) string_unescape_any(text, text, 0)

#define ESCAPE_SPACE 0x1
#define ESCAPE_SPECIAL 0x2
#define ESCAPE_NULL 0x4
#define ESCAPE_OCTAL 0x8
#define ESCAPE_ANY 0xf
#define ESCAPE_NP 0x10
#define ESCAPE_ANY_NP 0x1f
#define ESCAPE_HEX 0x20
#define ESCAPE_NA 0x40
#define ESCAPE_NAP 0x80
#define ESCAPE_APPEND 0x100
#define ESCAPE_ALL_MASK 0x1ff

// The text of one character; how long it is.
static inline int vmem_escape(char character, unsigned int flags, bool named, bool in_list,
    char text[4]) {
  u8 byte = character;
  bool appended = flags & ESCAPE_APPEND && in_list, passes = named && !in_list;
  if (flags & ESCAPE_APPEND) passes = false;
  if (!appended) {
    passes |= flags & ESCAPE_NAP && isascii(byte) && isprint(byte);
    passes |= flags & ESCAPE_NP && isprint(byte);
    passes |= flags & ESCAPE_NA && isascii(byte);
  }
  const char *at;
  text[0] = '\\';
  if (!passes && flags & ESCAPE_SPACE && byte && (at = strchr(__VMEM_SPACES_MEANT, character))) {
    text[1] = __VMEM_SPACES[at - __VMEM_SPACES_MEANT];
    return 2;
  }
  if (!passes && flags & ESCAPE_SPECIAL && byte
      && (at = strchr(__VMEM_SPECIALS_MEANT, character))) {
    text[1] = __VMEM_SPECIALS[at - __VMEM_SPECIALS_MEANT];
    return 2;
  }
  if (!passes && flags & ESCAPE_NULL && !byte) {
    text[1] = '0';
    return 2;
  }
  if (!passes && flags & ESCAPE_OCTAL) {
    for (int i = 0; i < 3; i++) text[1 + i] = '0' + ((byte >> (6 - 3 * i)) & 7);
    return 4;
  }
  if (!passes && flags & ESCAPE_HEX) {
    text[1] = 'x';
    hex_byte_pack(text + 2, byte);
    return 4;
  }
  text[0] = character;
  return 1;
}
// How long the text is, or would be with enough room; an escape is not cut in two.
static inline int string_escape_mem(const char *from, size_t count, char *to, size_t room,
    unsigned int flags, const char *only) {
  bool named = only && *only;
  size_t length = 0;
  for (; count--; from++) {
    char text[4];
    // The end of the list counts as part of it.
    bool in_list = named && strchr(only, *from);
    int size = vmem_escape(*from, flags, named, in_list, text);
    for (int i = 0; i < size; i++) {
      if (length + i < room) to[length + i] = text[i];
    }
    length += size;
  }
  return length;
}
#define string_escape_mem_any_np(from, count, to, room, only) \
  string_escape_mem(from, count, to, room, ESCAPE_ANY_NP, only)
#define string_escape_str(from, to, room, flags, only) \
  string_escape_mem(from, strlen(from), to, room, flags, only)
#define string_escape_str_any_np(from, to, room, only) \
  string_escape_str(from, to, room, ESCAPE_ANY_NP, only)
static __always_inline char *kstrdup_quotable(const char *text, gfp_t gfp) {
  if (!text) return NULL;
  size_t size = strlen(text), room;
  room = string_escape_mem(text, size, NULL, 0, ESCAPE_HEX, "\f\n\r\t\v\a\033\\\"");
  char *copy = kmalloc(room + 1, gfp);
  if (!copy) return NULL;
  string_escape_mem(text, size, copy, room, ESCAPE_HEX, "\f\n\r\t\v\a\033\\\"");
  copy[room] = 0;
  return copy;
}

#endif
