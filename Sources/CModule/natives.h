// Kernel functions that modules call directly, without the emulator: `vk_f` is the kernel's `f`.
//
// None calls a library: a bad pointer of the module must fault in here, where the fault is the
// module's. All lie in the section "vmem_natives", so that a fault's place tells.
#ifndef VMEM_NATIVES_H
#define VMEM_NATIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CModule.h"

#define NATIVE __attribute__((section("vmem_natives"), noinline))

// MARK: strings.c

NATIVE void *vk_memcpy(void *to, const void *from, size_t size);
NATIVE void *vk_memmove(void *to, const void *from, size_t size);
NATIVE void *vk_memset(void *to, int byte, size_t size);
NATIVE int vk_memcmp(const void *a, const void *b, size_t size);
NATIVE void *vk_memchr(const void *bytes, int byte, size_t size);
NATIVE void *vk_memchr_inv(const void *bytes, int byte, size_t size);
NATIVE void *vk_memscan(void *bytes, int byte, size_t size);
NATIVE void *vk_memset16(uint16_t *to, uint16_t value, size_t count);
NATIVE void *vk_memset32(uint32_t *to, uint32_t value, size_t count);
NATIVE void *vk_memset64(uint64_t *to, uint64_t value, size_t count);
NATIVE size_t vk_strlen(const char *text);
NATIVE size_t vk_strnlen(const char *text, size_t size);
NATIVE char *vk_strcpy(char *to, const char *from);
NATIVE char *vk_strncpy(char *to, const char *from, size_t size);
NATIVE size_t vk_strlcpy(char *to, const char *from, size_t size);
NATIVE long vk_strscpy(char *to, const char *from, size_t size);
NATIVE long vk_strscpy_pad(char *to, const char *from, size_t size);
NATIVE char *vk_strcat(char *to, const char *from);
NATIVE char *vk_strncat(char *to, const char *from, size_t size);
NATIVE size_t vk_strlcat(char *to, const char *from, size_t size);
NATIVE int vk_strcmp(const char *a, const char *b);
NATIVE int vk_strncmp(const char *a, const char *b, size_t size);
NATIVE int vk_strcasecmp(const char *a, const char *b);
NATIVE int vk_strncasecmp(const char *a, const char *b, size_t size);
NATIVE bool vk_sysfs_streq(const char *a, const char *b);
NATIVE int vk_match_string(const char *const *array, size_t count, const char *text);
NATIVE char *vk_strchr(const char *text, int character);
NATIVE char *vk_strchrnul(const char *text, int character);
NATIVE char *vk_strrchr(const char *text, int character);
NATIVE char *vk_strnchr(const char *text, size_t size, int character);
NATIVE char *vk_strstr(const char *text, const char *part);
NATIVE char *vk_strnstr(const char *text, const char *part, size_t size);
NATIVE char *vk_strpbrk(const char *text, const char *characters);
NATIVE size_t vk_strspn(const char *text, const char *characters);
NATIVE size_t vk_strcspn(const char *text, const char *characters);
NATIVE char *vk_strsep(char **text, const char *characters);
NATIVE char *vk_skip_spaces(const char *text);
NATIVE char *vk_strim(char *text);
NATIVE char *vk_strreplace(char *text, char old, char character);

// MARK: numbers.c

NATIVE int vk_kstrtoull(const char *text, unsigned int base, unsigned long long *result);
NATIVE int vk_kstrtoll(const char *text, unsigned int base, long long *result);
NATIVE int vk_kstrtoul(const char *text, unsigned int base, unsigned long *result);
NATIVE int vk_kstrtol(const char *text, unsigned int base, long *result);
NATIVE int vk_kstrtouint(const char *text, unsigned int base, unsigned int *result);
NATIVE int vk_kstrtoint(const char *text, unsigned int base, int *result);
NATIVE int vk_kstrtou16(const char *text, unsigned int base, uint16_t *result);
NATIVE int vk_kstrtou8(const char *text, unsigned int base, uint8_t *result);
NATIVE int vk_kstrtos16(const char *text, unsigned int base, int16_t *result);
NATIVE int vk_kstrtos8(const char *text, unsigned int base, int8_t *result);
NATIVE int vk_kstrtobool(const char *text, bool *result);
NATIVE unsigned long long vk_simple_strtoull(const char *text, char **end, unsigned int base);
NATIVE unsigned long vk_simple_strtoul(const char *text, char **end, unsigned int base);
NATIVE long vk_simple_strtol(const char *text, char **end, unsigned int base);
NATIVE unsigned long long vk_memparse(const char *text, char **end);
NATIVE int vk_hex_to_bin(unsigned char character);
NATIVE unsigned long vk_int_sqrt(unsigned long value);
NATIVE uint32_t vk_crc32_be(uint32_t crc, const unsigned char *bytes, size_t size);
NATIVE uint32_t vk_crc32c(uint32_t crc, const void *bytes, size_t size);
NATIVE uint16_t vk_crc16(uint16_t crc, const unsigned char *bytes, size_t size);
NATIVE uint32_t vk_crc32_le(uint32_t crc, const unsigned char *bytes, size_t size);

// MARK: sorting.c

typedef int (*vmem_compare)(const void *a, const void *b);
typedef void (*vmem_swap)(void *a, void *b, int size);
NATIVE void vk_sort(void *base, size_t count, size_t size, vmem_compare compare, vmem_swap swap);
NATIVE void *vk_bsearch(
    const void *key, const void *base, size_t count, size_t size, vmem_compare compare);

// MARK: trees.c

// As in the modules' header: bit 0 of the first word is the colour, 1 is black.
struct rb_node {
  unsigned long parent_color;
  struct rb_node *right, *left;
};
struct rb_root { struct rb_node *node; };
NATIVE void vk_rb_insert_color(struct rb_node *node, struct rb_root *root);
NATIVE void vk_rb_erase(struct rb_node *node, struct rb_root *root);
// What each node keeps of those below it, as the module computes it.
struct rb_augment {
  void (*propagate)(struct rb_node *node, struct rb_node *stop);
  void (*copy)(struct rb_node *old, struct rb_node *node);
  void (*rotate)(struct rb_node *old, struct rb_node *node);
};
NATIVE void vk_rb_insert_augmented(
    struct rb_node *node, struct rb_root *root, const struct rb_augment *augment);
NATIVE void vk_rb_erase_augmented(
    struct rb_node *node, struct rb_root *root, const struct rb_augment *augment);
NATIVE void vk_rb_replace_node(struct rb_node *old, struct rb_node *node, struct rb_root *root);
NATIVE struct rb_node *vk_rb_first(const struct rb_root *root);
NATIVE struct rb_node *vk_rb_last(const struct rb_root *root);
NATIVE struct rb_node *vk_rb_next(const struct rb_node *node);
NATIVE struct rb_node *vk_rb_prev(const struct rb_node *node);
NATIVE struct rb_node *vk_rb_first_postorder(const struct rb_root *root);
NATIVE struct rb_node *vk_rb_next_postorder(const struct rb_node *node);

#endif
