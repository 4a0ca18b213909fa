// The table of native functions, by which the loader binds a module's `vk_` names.
#include "natives.h"

#define N(name) { #name, (const void *)vk_##name },

const struct vmem_native vmem_natives[] = {
  N(memcpy) N(memmove) N(memset) N(memcmp) N(memchr) N(memchr_inv) N(memscan) N(memset16)
  N(memset32) N(memset64) N(strlen) N(strnlen) N(strcpy) N(strncpy) N(strlcpy) N(strscpy)
  N(strscpy_pad) N(strcat) N(strncat) N(strlcat) N(strcmp) N(strncmp) N(strcasecmp) N(strncasecmp)
  N(sysfs_streq) N(match_string) N(strchr) N(strchrnul) N(strrchr) N(strnchr) N(strstr) N(strnstr)
  N(strpbrk) N(strspn) N(strcspn) N(strsep) N(skip_spaces) N(strim) N(strreplace) N(kstrtoull)
  N(kstrtoll) N(kstrtoul) N(kstrtol) N(kstrtouint) N(kstrtoint) N(kstrtou16) N(kstrtou8)
  N(kstrtos16) N(kstrtos8) N(kstrtobool) N(simple_strtoull) N(simple_strtoul) N(simple_strtol)
  N(memparse) N(hex_to_bin) N(int_sqrt) N(crc32_le) N(crc32_be) N(crc32c) N(crc16) N(sort)
  N(bsearch) N(rb_insert_color) N(rb_erase) N(rb_insert_augmented) N(rb_erase_augmented)
  N(rb_replace_node) N(rb_first) N(rb_last) N(rb_next) N(rb_prev) N(rb_first_postorder)
  N(rb_next_postorder)
  { 0, 0 },
};
