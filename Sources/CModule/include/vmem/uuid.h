// Identifiers of 16 bytes.
#ifndef VMEM_UUID_H
#define VMEM_UUID_H

#include <vmem/random.h>
#include <vmem/string.h>

#define UUID_SIZE 16
#define UUID_STRING_LEN 36
// A guid has its first three groups with the lowest byte first.
typedef struct { __u8 b[UUID_SIZE]; } guid_t;
typedef struct { __u8 b[UUID_SIZE]; } uuid_t;
typedef guid_t uuid_le;
#define GUID_INIT(a, b, c, ...) \
  ((guid_t){ { (a) & 0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff, \
    (b) & 0xff, ((b) >> 8) & 0xff, (c) & 0xff, ((c) >> 8) & 0xff, __VA_ARGS__ } })
#define UUID_INIT(a, b, c, ...) \
  ((uuid_t){ { ((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff, \
    ((b) >> 8) & 0xff, (b) & 0xff, ((c) >> 8) & 0xff, (c) & 0xff, __VA_ARGS__ } })
static const guid_t guid_null __maybe_unused;
static const uuid_t uuid_null __maybe_unused;

static inline bool uuid_is_valid(const char *text) {
  for (int i = 0; i < UUID_STRING_LEN; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !isxdigit(text[i])) return false;
  }
  return true;
}
static inline int vmem_uuid_parse(const char *text, __u8 *to, const char *order) {
  if (!uuid_is_valid(text)) return -EINVAL;
  for (int byte = 0; byte < UUID_SIZE; byte++) {
    int at = byte * 2 + (byte >= 4) + (byte >= 6) + (byte >= 8) + (byte >= 10);
    to[(int)order[byte]] = hex_to_bin(text[at]) << 4 | hex_to_bin(text[at + 1]);
  }
  return 0;
}
static inline void vmem_uuid_generate(__u8 *to, int version_at) {
  get_random_bytes(to, UUID_SIZE);
  to[version_at] = (to[version_at] & 0x0f) | 0x40;
  to[8] = (to[8] & 0x3f) | 0x80;
}
#define __vmem_uuid(name, order, version_at) \
  static inline bool name##_equal(const name##_t *a, const name##_t *b) { \
    return memcmp(a, b, sizeof(*a)) == 0; \
  } \
  static inline void name##_copy(name##_t *to, const name##_t *from) { *to = *from; } \
  static inline bool name##_is_null(const name##_t *id) { return name##_equal(id, &name##_null); } \
  static inline void import_##name(name##_t *to, const __u8 *from) { memcpy(to, from, 16); } \
  static inline void export_##name(__u8 *to, const name##_t *from) { memcpy(to, from, 16); } \
  static inline void name##_gen(name##_t *to) { vmem_uuid_generate(to->b, version_at); } \
  static inline int name##_parse(const char *text, name##_t *to) { \
    return vmem_uuid_parse(text, to->b, order); \
  }
__vmem_uuid(guid, "\3\2\1\0\5\4\7\6\10\11\12\13\14\15\16\17", 7)
__vmem_uuid(uuid, "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 6)
#define generate_random_uuid(to) vmem_uuid_generate(to, 6)
#define generate_random_guid(to) vmem_uuid_generate(to, 7)

#endif
