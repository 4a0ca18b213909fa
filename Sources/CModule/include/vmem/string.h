// Bytes and strings. These run natively; a fault in them is the module's.
#ifndef VMEM_STRING_H
#define VMEM_STRING_H

#include <vmem/kernel.h>

void *memcpy(void *to, const void *from, size_t size) VK(memcpy);
void *memmove(void *to, const void *from, size_t size) VK(memmove);
void *memset(void *to, int byte, size_t size) VK(memset);
int memcmp(const void *a, const void *b, size_t size) VK(memcmp);
void *memchr(const void *bytes, int byte, size_t size) VK(memchr);
void *memchr_inv(const void *bytes, int byte, size_t size) VK(memchr_inv);
void *memscan(void *bytes, int byte, size_t size) VK(memscan);
void *memset16(u16 *to, u16 value, size_t count) VK(memset16);
void *memset32(u32 *to, u32 value, size_t count) VK(memset32);
void *memset64(u64 *to, u64 value, size_t count) VK(memset64);
static inline void *memset_l(unsigned long *to, unsigned long value, size_t count) {
  return memset64((u64 *)to, value, count);
}
static inline void memzero_explicit(void *to, size_t size) {
  memset(to, 0, size);
  barrier_data(to);
}
#define memcpy_and_pad(to, room, from, size, pad) \
  do { \
    size_t __copied = min((size_t)(room), (size_t)(size)); \
    memcpy(to, from, __copied); \
    memset((char *)(to) + __copied, pad, (room) - __copied); \
  } while (0)
#define bcmp memcmp

size_t strlen(const char *text) VK(strlen);
size_t strnlen(const char *text, size_t size) VK(strnlen);
char *strcpy(char *to, const char *from) VK(strcpy);
char *strncpy(char *to, const char *from, size_t size) VK(strncpy);
size_t strlcpy(char *to, const char *from, size_t size) VK(strlcpy);
// -E2BIG if `from` does not fit, otherwise its length.
ssize_t vmem_strscpy(char *to, const char *from, size_t size) VK(strscpy);
ssize_t vmem_strscpy_pad(char *to, const char *from, size_t size) VK(strscpy_pad);
#define __vmem_strscpy_2(to, from) vmem_strscpy(to, from, sizeof(to))
#define __vmem_strscpy_3(to, from, size) vmem_strscpy(to, from, size)
#define __vmem_pad_2(to, from) vmem_strscpy_pad(to, from, sizeof(to))
#define __vmem_pad_3(to, from, size) vmem_strscpy_pad(to, from, size)
#define __vmem_third(a, b, c, name, ...) name
#define strscpy(...) __vmem_third(__VA_ARGS__, __vmem_strscpy_3, __vmem_strscpy_2)(__VA_ARGS__)
#define strscpy_pad(...) __vmem_third(__VA_ARGS__, __vmem_pad_3, __vmem_pad_2)(__VA_ARGS__)
char *strcat(char *to, const char *from) VK(strcat);
char *strncat(char *to, const char *from, size_t size) VK(strncat);
size_t strlcat(char *to, const char *from, size_t size) VK(strlcat);
int strcmp(const char *a, const char *b) VK(strcmp);
int strncmp(const char *a, const char *b, size_t size) VK(strncmp);
int strcasecmp(const char *a, const char *b) VK(strcasecmp);
int strncasecmp(const char *a, const char *b, size_t size) VK(strncasecmp);
bool sysfs_streq(const char *a, const char *b) VK(sysfs_streq);
int match_string(const char *const *array, size_t count, const char *text) VK(match_string);
#define strnicmp strncasecmp
char *strchr(const char *text, int character) VK(strchr);
char *strchrnul(const char *text, int character) VK(strchrnul);
char *strrchr(const char *text, int character) VK(strrchr);
char *strnchr(const char *text, size_t size, int character) VK(strnchr);
char *strstr(const char *text, const char *part) VK(strstr);
char *strnstr(const char *text, const char *part, size_t size) VK(strnstr);
char *strpbrk(const char *text, const char *characters) VK(strpbrk);
size_t strspn(const char *text, const char *characters) VK(strspn);
size_t strcspn(const char *text, const char *characters) VK(strcspn);
char *strsep(char **text, const char *characters) VK(strsep);
char *skip_spaces(const char *text) VK(skip_spaces);
char *strim(char *text) VK(strim);
char *strreplace(char *text, char old, char new_character) VK(strreplace);
static inline char *strstrip(char *text) { return strim(text); }
static inline const char *kbasename(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}
static inline size_t str_has_prefix(const char *text, const char *prefix) {
  size_t size = strlen(prefix);
  return strncmp(text, prefix, size) ? 0 : size;
}
static inline bool strstarts(const char *text, const char *prefix) {
  return str_has_prefix(text, prefix) != 0;
}
#define str_yes_no(value) ((value) ? "yes" : "no")
#define str_on_off(value) ((value) ? "on" : "off")
#define str_true_false(value) ((value) ? "true" : "false")
#define str_enabled_disabled(value) ((value) ? "enabled" : "disabled")
#define str_enable_disable(value) ((value) ? "enable" : "disable")
#define str_read_write(value) ((value) ? "read" : "write")
#define str_high_low(value) ((value) ? "high" : "low")
#define str_up_down(value) ((value) ? "up" : "down")
#define str_plural(count) ((count) == 1 ? "" : "s")

// Characters are those of ISO 8859-1, as in the kernel's table.
static inline bool isdigit(int c) { return c >= '0' && c <= '9'; }
static inline bool isascii(int c) { return (unsigned int)c < 128; }
static inline bool isupper(int c) {
  u8 byte = c;
  return (byte >= 'A' && byte <= 'Z') || (byte >= 0xc0 && byte <= 0xde && byte != 0xd7);
}
static inline bool islower(int c) {
  u8 byte = c;
  return (byte >= 'a' && byte <= 'z') || (byte >= 0xdf && byte != 0xf7);
}
static inline bool isalpha(int c) { return isupper(c) || islower(c); }
static inline bool isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline bool isspace(int c) {
  u8 byte = c;
  return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0xa0;
}
static inline bool isxdigit(int c) { return isdigit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }
static inline bool isprint(int c) {
  u8 byte = c;
  return (byte >= ' ' && byte < 127) || byte >= 0xa0;
}
static inline bool isgraph(int c) { return isprint(c) && !isspace(c); }
static inline bool ispunct(int c) { return isgraph(c) && !isalnum(c); }
static inline bool iscntrl(int c) { return (u8)c < ' ' || (u8)c == 127; }
static inline bool isodigit(int c) { return c >= '0' && c <= '7'; }
static inline int toupper(int c) { return islower(c) ? (u8)c - 32 : c; }
static inline int tolower(int c) { return isupper(c) ? (u8)c + 32 : c; }

// MARK: Sorting

typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *private);
typedef void (*swap_func_t)(void *a, void *b, int size);
void sort(void *base, size_t count, size_t size, cmp_func_t compare, swap_func_t swap) VK(sort);
void *bsearch(const void *key, const void *base, size_t count, size_t size, cmp_func_t compare)
    VK(bsearch);
u32 crc32_le(u32 crc, const unsigned char *bytes, size_t size) VK(crc32_le);
u32 crc32_be(u32 crc, const unsigned char *bytes, size_t size) VK(crc32_be);
u32 crc32c(u32 crc, const void *bytes, size_t size) VK(crc32c);
u16 crc16(u16 crc, const unsigned char *bytes, size_t size) VK(crc16);
#define __crc32c_le(crc, bytes, size) crc32c(crc, bytes, size)
#define crc32(seed, bytes, size) crc32_le(seed, (const unsigned char *)(bytes), size)

#endif
