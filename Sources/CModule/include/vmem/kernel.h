// Small arithmetic and macros that every module uses, and conversions of numbers.
#ifndef VMEM_KERNEL_H
#define VMEM_KERNEL_H

#include <vmem/types.h>
#include <vmem/errno.h>
#include <vmem/version.h>

// The configuration that modules may ask for.
#define CONFIG_X86 1
#define CONFIG_X86_64 1
#define CONFIG_64BIT 1
#define CONFIG_MMU 1
#define CONFIG_SMP 1
#define CONFIG_NUMA 1
#define CONFIG_MODULES 1
#define CONFIG_MODULE_UNLOAD 1
#define CONFIG_MODULE_FORCE_UNLOAD 1
#define CONFIG_PREEMPT 1
#define CONFIG_PREEMPTION 1
#define CONFIG_PREEMPT_COUNT 1
#define CONFIG_PREEMPT_RCU 1
#define CONFIG_TREE_RCU 1
#define CONFIG_SPARSEMEM 1
#define CONFIG_SPARSEMEM_VMEMMAP 1
#define CONFIG_ZONE_DMA 1
#define CONFIG_ZONE_DMA32 1
#define CONFIG_HAVE_ARCH_HUGE_VMALLOC 1
#define CONFIG_VMAP_STACK 1
#define CONFIG_PGTABLE_LEVELS 4
#define CONFIG_HZ 1000
#define CONFIG_NR_CPUS 64
#define CONFIG_DEBUG_KERNEL 1
#define CONFIG_DEBUG_VM 1
#define CONFIG_PRINTK 1
#define CONFIG_BUG 1
#define CONFIG_KALLSYMS 1
#define __ARG_PLACEHOLDER_1 0,
#define __vmem_second(ignored, value, ...) value
#define __vmem_is_set_3(one_or_junk) __vmem_second(one_or_junk 1, 0)
#define __vmem_is_set_2(value) __vmem_is_set_3(__ARG_PLACEHOLDER_##value)
#define __vmem_is_set(option) __vmem_is_set_2(option)
#define IS_BUILTIN(option) __vmem_is_set(option)
#define IS_MODULE(option) __vmem_is_set(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_ENABLED(option)

// MARK: Structures and arrays

#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define typeof_member(type, member) __typeof__(((type *)0)->member)
#define container_of(pointer, type, member) \
  ((type *)((char *)(__typeof__(((type *)0)->member) *)(pointer) - offsetof(type, member)))
#define container_of_const(pointer, type, member) container_of(pointer, type, member)
#define ARRAY_SIZE(array) \
  (sizeof(array) / sizeof((array)[0]) + BUILD_BUG_ON_ZERO(__same_type(array, &(array)[0])))
#define struct_size(pointer, member, count) \
  (sizeof(*(pointer)) + sizeof((pointer)->member[0]) * (size_t)(count))
#define flex_array_size(pointer, member, count) (sizeof((pointer)->member[0]) * (size_t)(count))
#define struct_size_t(type, member, count) struct_size((type *)0, member, count)

// MARK: Arithmetic

#define __vmem_compare(a, operator, b) \
  ({ __auto_type __a = (a); __auto_type __b = (b); __a operator __b ? __a : __b; })
#define min(a, b) __vmem_compare(a, <, b)
#define max(a, b) __vmem_compare(a, >, b)
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define umin(a, b) min((u64)(a), (u64)(b))
#define umax(a, b) max((u64)(a), (u64)(b))
#define min_not_zero(a, b) \
  ({ __auto_type __m = (a); __auto_type __n = (b); !__m ? __n : !__n ? __m : min(__m, __n); })
#define clamp(value, low, high) min((__typeof__(value))max(value, low), high)
#define clamp_t(type, value, low, high) clamp((type)(value), (type)(low), (type)(high))
#define clamp_val(value, low, high) clamp_t(__typeof__(value), value, low, high)
#define in_range(value, start, length) ((u64)(value) - (u64)(start) < (u64)(length))
#define swap(a, b) \
  do { __typeof__(a) __held = (a); (a) = (b); (b) = __held; } while (0)
#define abs(x) ({ __auto_type __x = (x); __x < 0 ? -__x : __x; })
#define abs_diff(a, b) \
  ({ __auto_type __p = (a); __auto_type __q = (b); __p > __q ? __p - __q : __q - __p; })
#define sign_extend32(value, index) ((s32)((u32)(value) << (31 - (index))) >> (31 - (index)))

#define __ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a) __ALIGN_MASK(x, (__typeof__(x))(a) - 1)
#define ALIGN(x, a) __ALIGN_KERNEL(x, a)
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a) ((__typeof__(p))ALIGN_DOWN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define round_up(x, a) ((((x) - 1) | ((__typeof__(x))(a) - 1)) + 1)
#define round_down(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define roundup(x, a) ({ __typeof__(a) __unit = (a); (((x) + (__unit - 1)) / __unit) * __unit; })
#define rounddown(x, a) ({ __typeof__(x) __whole = (x); __whole - (__whole % (a)); })
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((u64)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d) (((u64)(n) + (d) - 1) / (d))
#define DIV_ROUND_CLOSEST(x, d) \
  ({ __typeof__(x) __n = (x); __typeof__(d) __d = (d); (__n + __d / 2) / __d; })
#define mult_frac(x, n, d) ((x) / (d) * (n) + (x) % (d) * (n) / (d))

// Divides `n` in place and is the remainder.
#define do_div(n, base) \
  ({ u32 __base = (base); u32 __rest = (u64)(n) % __base; (n) = (u64)(n) / __base; __rest; })
static inline u64 div_u64(u64 n, u32 d) { return n / d; }
static inline s64 div_s64(s64 n, s32 d) { return n / d; }
static inline u64 div64_u64(u64 n, u64 d) { return n / d; }
static inline s64 div64_s64(s64 n, s64 d) { return n / d; }
static inline u64 div64_ul(u64 n, unsigned long d) { return n / d; }
static inline u64 div_u64_rem(u64 n, u32 d, u32 *rest) { *rest = n % d; return n / d; }
static inline u64 div64_u64_rem(u64 n, u64 d, u64 *rest) { *rest = n % d; return n / d; }
static inline u64 mul_u64_u32_shr(u64 a, u32 b, unsigned int s) {
  return (u64)(((unsigned __int128)a * b) >> s);
}
unsigned long int_sqrt(unsigned long value) VK(int_sqrt);

#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))
#define type_max(type) \
  ((__typeof__(type))(is_signed_type(type) ? (1ULL << (8 * sizeof(type) - 1)) - 1 : ~0ULL))
#define type_min(type) ((__typeof__(type))(-type_max(type) - (__typeof__(type))1))
#define check_add_overflow(a, b, sum) __builtin_add_overflow(a, b, sum)
#define check_sub_overflow(a, b, difference) __builtin_sub_overflow(a, b, difference)
#define check_mul_overflow(a, b, product) __builtin_mul_overflow(a, b, product)
static inline size_t size_mul(size_t a, size_t b) {
  size_t product;
  return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}
static inline size_t size_add(size_t a, size_t b) {
  size_t sum;
  return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}
#define array_size(a, b) size_mul(a, b)
// An allocation of `__bytes`, count times size; null without a word for more than there are.
#define __vmem_array(count, size, allocation) \
  ({ \
    size_t __bytes; \
    __builtin_mul_overflow((size_t)(count), (size_t)(size), &__bytes) ? NULL : (allocation); \
  })
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)

#define REPEAT_BYTE(byte) (~0UL / 0xff * (byte))
#define USEC_PER_SEC 1000000L
#define typecheck(type, variable) 1
#define u64_to_user_ptr(value) ((void __user *)(unsigned long)(value))

// MARK: Text to numbers

int kstrtoint(const char *text, unsigned int base, int *result) VK(kstrtoint);
int kstrtouint(const char *text, unsigned int base, unsigned int *result) VK(kstrtouint);
int kstrtol(const char *text, unsigned int base, long *result) VK(kstrtol);
int kstrtoul(const char *text, unsigned int base, unsigned long *result) VK(kstrtoul);
int kstrtoll(const char *text, unsigned int base, long long *result) VK(kstrtoll);
int kstrtoull(const char *text, unsigned int base, unsigned long long *result) VK(kstrtoull);
int kstrtou8(const char *text, unsigned int base, u8 *result) VK(kstrtou8);
int kstrtou16(const char *text, unsigned int base, u16 *result) VK(kstrtou16);
int kstrtos8(const char *text, unsigned int base, s8 *result) VK(kstrtos8);
int kstrtos16(const char *text, unsigned int base, s16 *result) VK(kstrtos16);
int kstrtobool(const char *text, bool *result) VK(kstrtobool);
#define kstrtou32 kstrtouint
#define kstrtos32 kstrtoint
#define kstrtou64 kstrtoull
#define kstrtos64 kstrtoll
#define strtobool kstrtobool
#define strict_strtoul kstrtoul
#define strict_strtol kstrtol
unsigned long simple_strtoul(const char *text, char **end, unsigned int base) VK(simple_strtoul);
unsigned long long simple_strtoull(const char *text, char **end, unsigned int base)
    VK(simple_strtoull);
long simple_strtol(const char *text, char **end, unsigned int base) VK(simple_strtol);
unsigned long long memparse(const char *text, char **end) VK(memparse);
int hex_to_bin(unsigned char character) VK(hex_to_bin);

#endif
