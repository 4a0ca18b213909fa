// Random numbers: from the machine's seed, the same in each run.
#ifndef VMEM_RANDOM_H
#define VMEM_RANDOM_H

#include <vmem/kernel.h>

u64 get_random_u64(void) VK(get_random_u64);
void get_random_bytes(void *to, size_t size) VK(get_random_bytes);
#define get_random_u32() ((u32)(get_random_u64() >> 32))
#define get_random_u16() ((u16)(get_random_u64() >> 48))
#define get_random_u8() ((u8)(get_random_u64() >> 56))
#define get_random_long() ((unsigned long)get_random_u64())
#define get_random_int() get_random_u32()
// In 0 ..< bound; 0 for a bound of 0.
u32 get_random_u32_below(u32 bound) VK(get_random_u32_below);
#define get_random_u32_inclusive(low, high) \
  ({ u32 __low = (low); __low + get_random_u32_below((u32)(high) - __low + 1); })
#define get_random_u32_above(low) get_random_u32_inclusive((low) + 1, U32_MAX)
#define get_random_bytes_wait(to, size) ({ get_random_bytes(to, size); 0; })
#define add_device_randomness(bytes, size) do { } while (0)
#define wait_for_random_bytes() 0

struct rnd_state { u32 s1, s2, s3, s4; };
// A generator of the module's own.
static inline u32 prandom_u32_state(struct rnd_state *state) {
  state->s1 ^= state->s1 << 13;
  state->s1 ^= state->s1 >> 17;
  state->s1 ^= state->s1 << 5;
  return state->s1;
}
static inline void prandom_seed_state(struct rnd_state *state, u64 seed) {
  state->s1 = (u32)(seed ^ (seed >> 32)) | 1;
}

#endif
