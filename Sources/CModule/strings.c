// Bytes and strings.
#include "natives.h"

// No loop may become a call of the C library.
#pragma clang attribute push(__attribute__((no_builtin)), apply_to = function)

// MARK: Bytes

void *vk_memcpy(void *to, const void *from, size_t size) {
  void *at = to;
  __asm__ __volatile__("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
  return to;
}

void *vk_memmove(void *to, const void *from, size_t size) {
  if ((size_t)((char *)to - (const char *)from) >= size) return vk_memcpy(to, from, size);
  for (size_t i = size; i > 0; i--) ((char *)to)[i - 1] = ((const char *)from)[i - 1];
  return to;
}

void *vk_memset(void *to, int byte, size_t size) {
  void *at = to;
  __asm__ __volatile__("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
  return to;
}

int vk_memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < size; i++) {
    if (x[i] != y[i]) return x[i] - y[i];
  }
  return 0;
}

void *vk_memchr(const void *bytes, int byte, size_t size) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < size; i++) {
    if (at[i] == (unsigned char)byte) return (void *)(at + i);
  }
  return NULL;
}

// The first byte that is another one.
void *vk_memchr_inv(const void *bytes, int byte, size_t size) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < size; i++) {
    if (at[i] != (unsigned char)byte) return (void *)(at + i);
  }
  return NULL;
}

// The end if there is no such byte.
void *vk_memscan(void *bytes, int byte, size_t size) {
  void *found = vk_memchr(bytes, byte, size);
  return found ? found : (char *)bytes + size;
}

void *vk_memset16(uint16_t *to, uint16_t value, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = value;
  return to;
}

void *vk_memset32(uint32_t *to, uint32_t value, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = value;
  return to;
}

void *vk_memset64(uint64_t *to, uint64_t value, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = value;
  return to;
}

// MARK: Lengths and copies

size_t vk_strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

size_t vk_strnlen(const char *text, size_t size) {
  size_t length = 0;
  while (length < size && text[length]) length++;
  return length;
}

char *vk_strcpy(char *to, const char *from) {
  size_t i = 0;
  do to[i] = from[i]; while (from[i++]);
  return to;
}

char *vk_strncpy(char *to, const char *from, size_t size) {
  size_t length = vk_strnlen(from, size);
  vk_memcpy(to, from, length);
  vk_memset(to + length, 0, size - length);
  return to;
}

size_t vk_strlcpy(char *to, const char *from, size_t size) {
  size_t length = vk_strlen(from);
  vk_strscpy(to, from, size);
  return length;
}

// The length, or -E2BIG if that and its end did not fit.
long vk_strscpy(char *to, const char *from, size_t size) {
  if (size == 0 || size > (size_t)INT32_MAX) return -7;
  size_t length = vk_strnlen(from, size);
  bool fits = length < size;
  if (!fits) length = size - 1;
  vk_memcpy(to, from, length);
  to[length] = 0;
  return fits ? (long)length : -7;
}

long vk_strscpy_pad(char *to, const char *from, size_t size) {
  long length = vk_strscpy(to, from, size);
  if (length >= 0) vk_memset(to + length, 0, size - length);
  return length;
}

char *vk_strcat(char *to, const char *from) {
  vk_strcpy(to + vk_strlen(to), from);
  return to;
}

char *vk_strncat(char *to, const char *from, size_t size) {
  size_t length = vk_strnlen(from, size);
  char *at = to + vk_strlen(to);
  vk_memcpy(at, from, length);
  at[length] = 0;
  return to;
}

size_t vk_strlcat(char *to, const char *from, size_t size) {
  size_t before = vk_strnlen(to, size), length = vk_strlen(from);
  if (before < size) vk_strscpy(to + before, from, size - before);
  return before + length;
}

// MARK: Comparisons

static NATIVE int lower(unsigned char character) {
  return character >= 'A' && character <= 'Z' ? character + 32 : character;
}

int vk_strcmp(const char *a, const char *b) { return vk_strncmp(a, b, SIZE_MAX); }

int vk_strncmp(const char *a, const char *b, size_t size) {
  for (size_t i = 0; i < size; i++) {
    unsigned char x = a[i], y = b[i];
    if (x != y) return x < y ? -1 : 1;
    if (!x) break;
  }
  return 0;
}

int vk_strcasecmp(const char *a, const char *b) { return vk_strncasecmp(a, b, SIZE_MAX); }

int vk_strncasecmp(const char *a, const char *b, size_t size) {
  for (size_t i = 0; i < size; i++) {
    int x = lower(a[i]), y = lower(b[i]);
    if (x != y || !x) return x - y;
  }
  return 0;
}

// Equal but for one newline at an end.
bool vk_sysfs_streq(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  if (*a == '\n' && !a[1]) a++;
  else if (*b == '\n' && !b[1]) b++;
  return !*a && !*b;
}

int vk_match_string(const char *const *array, size_t count, const char *text) {
  for (size_t i = 0; i < count && array[i]; i++) {
    if (vk_strcmp(array[i], text) == 0) return i;
  }
  return -22;
}

// MARK: Searches

char *vk_strchrnul(const char *text, int character) {
  while (*text && *text != (char)character) text++;
  return (char *)text;
}

char *vk_strchr(const char *text, int character) {
  char *at = vk_strchrnul(text, character);
  return *at == (char)character ? at : NULL;
}

char *vk_strrchr(const char *text, int character) {
  const char *found = NULL;
  do {
    if (*text == (char)character) found = text;
  } while (*text++);
  return (char *)found;
}

char *vk_strnchr(const char *text, size_t size, int character) {
  for (; size > 0; size--, text++) {
    if (*text == (char)character) return (char *)text;
    if (!*text) break;
  }
  return NULL;
}

char *vk_strstr(const char *text, const char *part) {
  return vk_strnstr(text, part, SIZE_MAX);
}

char *vk_strnstr(const char *text, const char *part, size_t size) {
  size_t length = vk_strlen(part);
  if (length == 0) return (char *)text;
  for (; size >= length && *text; text++, size--) {
    if (vk_strncmp(text, part, length) == 0) return (char *)text;
  }
  return NULL;
}

size_t vk_strspn(const char *text, const char *characters) {
  size_t length = 0;
  while (text[length] && vk_strchr(characters, text[length])) length++;
  return length;
}

size_t vk_strcspn(const char *text, const char *characters) {
  size_t length = 0;
  while (text[length] && !vk_strchr(characters, text[length])) length++;
  return length;
}

char *vk_strpbrk(const char *text, const char *characters) {
  text += vk_strcspn(text, characters);
  return *text ? (char *)text : NULL;
}

char *vk_strsep(char **text, const char *characters) {
  char *start = *text;
  if (!start) return NULL;
  char *end = vk_strpbrk(start, characters);
  if (end) *end++ = 0;
  *text = end;
  return start;
}

// MARK: Changes in place

static NATIVE bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

char *vk_skip_spaces(const char *text) {
  while (is_space(*text)) text++;
  return (char *)text;
}

char *vk_strim(char *text) {
  size_t length = vk_strlen(text);
  while (length > 0 && is_space(text[length - 1])) length--;
  text[length] = 0;
  return vk_skip_spaces(text);
}

// Where the text ends.
char *vk_strreplace(char *text, char old, char character) {
  for (; *text; text++) {
    if (*text == old) *text = character;
  }
  return text;
}

#pragma clang attribute pop
