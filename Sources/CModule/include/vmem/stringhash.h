// Hashes of names. Their values are ours: a kernel's are not promised either.
#ifndef VMEM_STRINGHASH_H
#define VMEM_STRINGHASH_H

#include <vmem/bits.h>

#define init_name_hash(salt) ((unsigned long)(salt))
static inline unsigned long partial_name_hash(unsigned long character, unsigned long hash) {
  return (hash + (character << 4) + (character >> 4)) * 11;
}
static inline unsigned int end_name_hash(unsigned long hash) { return hash_long(hash, 32); }
static inline unsigned int full_name_hash(
    const void *salt, const char *name, unsigned int length) {
  unsigned long hash = init_name_hash(salt);
  while (length--) hash = partial_name_hash((unsigned char)*name++, hash);
  return end_name_hash(hash);
}
#define hashlen_hash(both) ((u32)(both))
#define hashlen_len(both) ((u32)((both) >> 32))
#define hashlen_create(hash, length) ((u64)(length) << 32 | (u32)(hash))
static inline u64 hashlen_string(const void *salt, const char *name) {
  unsigned int length = 0;
  while (name[length]) length++;
  return hashlen_create(full_name_hash(salt, name, length), length);
}

#endif
