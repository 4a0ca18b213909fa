// Numbers in texts, a square root and a checksum.
#include "natives.h"

// No loop may become a call of the C library.
#pragma clang attribute push(__attribute__((no_builtin)), apply_to = function)

enum { INVALID = -22, OUT_OF_RANGE = -34 };

int vk_hex_to_bin(unsigned char character) {
  if (character >= '0' && character <= '9') return character - '0';
  character |= 32;
  return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

static NATIVE int digit(char character, unsigned int base) {
  int value = vk_hex_to_bin(character);
  return value >= 0 && (unsigned int)value < base ? value : -1;
}

// Skips a prefix; base 0 becomes 16 after "0x", 8 after "0", 10 otherwise.
static NATIVE const char *prefix(const char *text, unsigned int *base) {
  bool hexadecimal = text[0] == '0' && (text[1] | 32) == 'x' && vk_hex_to_bin(text[2]) >= 0;
  if (*base == 0) *base = hexadecimal ? 16 : text[0] == '0' ? 8 : 10;
  return *base == 16 && hexadecimal ? text + 2 : text;
}

// A whole text: digits and at most one newline.
static NATIVE int parse(const char *text, unsigned int base, unsigned long long *result) {
  text = prefix(text, &base);
  unsigned long long value = 0;
  bool overflow = false, any = false;
  for (int next; (next = digit(*text, base)) >= 0; text++) {
    any = true;
    overflow |= __builtin_mul_overflow(value, base, &value);
    overflow |= __builtin_add_overflow(value, next, &value);
  }
  if (overflow) return OUT_OF_RANGE;
  if (*text == '\n') text++;
  if (!any || *text) return INVALID;
  *result = value;
  return 0;
}

int vk_kstrtoull(const char *text, unsigned int base, unsigned long long *result) {
  return parse(*text == '+' ? text + 1 : text, base, result);
}

int vk_kstrtoll(const char *text, unsigned int base, long long *result) {
  unsigned long long value = 0;
  bool negative = *text == '-';
  int error = negative ? parse(text + 1, base, &value) : vk_kstrtoull(text, base, &value);
  if (error) return error;
  if (value > (unsigned long long)INT64_MAX + negative) return OUT_OF_RANGE;
  *result = negative ? -value : value;
  return 0;
}

#define UNSIGNED(name, type) \
  int vk_##name(const char *text, unsigned int base, type *result) { \
    unsigned long long value; \
    int error = vk_kstrtoull(text, base, &value); \
    if (error) return error; \
    if (value != (type)value) return OUT_OF_RANGE; \
    *result = value; \
    return 0; \
  }
#define SIGNED(name, type) \
  int vk_##name(const char *text, unsigned int base, type *result) { \
    long long value; \
    int error = vk_kstrtoll(text, base, &value); \
    if (error) return error; \
    if (value != (type)value) return OUT_OF_RANGE; \
    *result = value; \
    return 0; \
  }
UNSIGNED(kstrtoul, unsigned long)
UNSIGNED(kstrtouint, unsigned int)
UNSIGNED(kstrtou16, uint16_t)
UNSIGNED(kstrtou8, uint8_t)
SIGNED(kstrtol, long)
SIGNED(kstrtoint, int)
SIGNED(kstrtos16, int16_t)
SIGNED(kstrtos8, int8_t)

int vk_kstrtobool(const char *text, bool *result) {
  if (!text) return INVALID;
  char first = text[0] | 32, second = text[0] ? text[1] | 32 : 0;
  bool yes = first == 'y' || first == 't' || text[0] == '1' || (first == 'o' && second == 'n');
  bool no = first == 'n' || first == 'f' || text[0] == '0' || (first == 'o' && second == 'f');
  if (!yes && !no) return INVALID;
  *result = yes;
  return 0;
}

// As far as there are digits, without a check.
unsigned long long vk_simple_strtoull(const char *text, char **end, unsigned int base) {
  text = prefix(text, &base);
  unsigned long long value = 0;
  for (int next; (next = digit(*text, base)) >= 0; text++) value = value * base + next;
  if (end) *end = (char *)text;
  return value;
}

unsigned long vk_simple_strtoul(const char *text, char **end, unsigned int base) {
  return vk_simple_strtoull(text, end, base);
}

long vk_simple_strtol(const char *text, char **end, unsigned int base) {
  if (*text == '-') return -vk_simple_strtoull(text + 1, end, base);
  return vk_simple_strtoull(text, end, base);
}

// With a suffix K, M, G, T, P or E.
unsigned long long vk_memparse(const char *text, char **end) {
  char *at;
  unsigned long long value = vk_simple_strtoull(text, &at, 0);
  unsigned int shift = 0;
  switch (*at | 32) {
  case 'k': shift = 10; break;
  case 'm': shift = 20; break;
  case 'g': shift = 30; break;
  case 't': shift = 40; break;
  case 'p': shift = 50; break;
  case 'e': shift = 60; break;
  }
  if (end) *end = at + (shift != 0);
  return value << shift;
}

unsigned long vk_int_sqrt(unsigned long value) {
  unsigned long root = 0;
  for (int bit = 31; bit >= 0; bit--) {
    unsigned long tried = root | 1UL << bit;
    if (tried * tried <= value) root = tried;
  }
  return root;
}

static NATIVE uint32_t reflected(
    uint32_t crc, const unsigned char *bytes, size_t size, uint32_t polynomial) {
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? polynomial : 0);
  }
  return crc;
}

uint32_t vk_crc32_le(uint32_t crc, const unsigned char *bytes, size_t size) {
  return reflected(crc, bytes, size, 0xedb88320u);
}

uint32_t vk_crc32c(uint32_t crc, const void *bytes, size_t size) {
  return reflected(crc, bytes, size, 0x82f63b78u);
}

uint16_t vk_crc16(uint16_t crc, const unsigned char *bytes, size_t size) {
  return reflected(crc, bytes, size, 0xa001u);
}

uint32_t vk_crc32_be(uint32_t crc, const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    crc ^= (uint32_t)bytes[i] << 24;
    for (int bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc >> 31 ? 0x04c11db7u : 0);
  }
  return crc;
}

#pragma clang attribute pop
