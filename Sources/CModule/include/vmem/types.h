// The kernel's names of integer types, and of types that are only pointed to.
#ifndef VMEM_TYPES_H
#define VMEM_TYPES_H

#include <stdarg.h>
#include <stddef.h>
#include <vmem/compiler.h>

typedef unsigned char __u8, u8, uint8_t, u_char, unchar;
typedef signed char __s8, s8, int8_t;
typedef unsigned short __u16, u16, uint16_t, u_short, ushort;
typedef short __s16, s16, int16_t;
typedef unsigned int __u32, u32, uint32_t, u_int, uint;
typedef int __s32, s32, int32_t;
typedef unsigned long long __u64, u64, uint64_t, u_int64_t;
typedef long long __s64, s64, int64_t;
typedef unsigned long ulong, u_long, uintptr_t;
typedef long intptr_t;
typedef __u16 __le16, __be16, __sum16;
typedef __u32 __le32, __be32, __wsum;
typedef __u64 __le64, __be64;

#ifndef __cplusplus
typedef _Bool bool;
enum { false = 0, true = 1 };
#define false false
#define true true
#endif

typedef long ssize_t, __kernel_ssize_t, off_t, clock_t;
typedef unsigned long __kernel_size_t;
typedef long long loff_t, time64_t;
typedef long __kernel_time_t, time_t, suseconds_t;
typedef int pid_t, clockid_t, key_t;
typedef unsigned int uid_t, gid_t, dev_t, fmode_t, poll_t, __poll_t;
typedef unsigned short umode_t, mode_t;
typedef unsigned long ino_t, pgoff_t, sector_t, blkcnt_t, vm_flags_t, irq_hw_number_t;
typedef u64 phys_addr_t, dma_addr_t, resource_size_t;
typedef unsigned int gfp_t, slab_flags_t, vm_fault_t, isolate_mode_t;

typedef struct { uid_t val; } kuid_t;
typedef struct { gid_t val; } kgid_t;
typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef atomic64_t atomic_long_t;

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct callback_head {
  struct callback_head *next;
  void (*func)(struct callback_head *head);
};
#define rcu_head callback_head
typedef void (*rcu_callback_t)(struct rcu_head *head);

// Devices, files and user mappings are not emulated for modules; pointers to them may be passed on.
struct device; struct device_driver; struct class; struct bus_type; struct file; struct inode;
struct dentry; struct super_block; struct seq_file; struct vm_area_struct; struct pt_regs;
struct cred; struct module; struct task_struct; struct mm_struct; struct pid; struct attribute;

#define DECLARE_FLEX_ARRAY(type, name) struct { struct { } __empty_##name; type name[]; }
#define __DECLARE_FLEX_ARRAY(type, name) DECLARE_FLEX_ARRAY(type, name)
#define struct_group(name, ...) union { struct { __VA_ARGS__ }; struct { __VA_ARGS__ } name; }

#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define __BITS_PER_LONG 64
#define __LITTLE_ENDIAN 1234
#ifndef __LITTLE_ENDIAN_BITFIELD
#define __LITTLE_ENDIAN_BITFIELD
#endif
#define _AC(x, suffix) (x##suffix)
#define _UL(x) (x##UL)
#define _ULL(x) (x##ULL)
#define UL(x) (x##UL)
#define ULL(x) (x##ULL)

#define U8_MAX ((u8)~0U)
#define S8_MAX ((s8)(U8_MAX >> 1))
#define S8_MIN ((s8)(-S8_MAX - 1))
#define U16_MAX ((u16)~0U)
#define S16_MAX ((s16)(U16_MAX >> 1))
#define S16_MIN ((s16)(-S16_MAX - 1))
#define U32_MAX ((u32)~0U)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define S32_MIN ((s32)(-S32_MAX - 1))
#define U64_MAX ((u64)~0ULL)
#define S64_MAX ((s64)(U64_MAX >> 1))
#define S64_MIN ((s64)(-S64_MAX - 1))
#define CHAR_BIT 8
#define SCHAR_MAX 127
#define UCHAR_MAX 255
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX 2147483647
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (~0U)
#define LONG_MAX 0x7fffffffffffffffL
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX (~0UL)
#define LLONG_MAX 0x7fffffffffffffffLL
#define LLONG_MIN (-LLONG_MAX - 1)
#define ULLONG_MAX (~0ULL)
#define UINTPTR_MAX ULONG_MAX
#define SIZE_MAX ULONG_MAX
#define SSIZE_MAX LONG_MAX
#define PHYS_ADDR_MAX U64_MAX

#define cpu_to_le16(x) ((__le16)(x))
#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)
#define cpu_to_be16(x) ((__be16)swab16(x))
#define cpu_to_be32(x) ((__be32)swab32(x))
#define cpu_to_be64(x) ((__be64)swab64(x))
#define be16_to_cpu(x) swab16(x)
#define be32_to_cpu(x) swab32(x)
#define be64_to_cpu(x) swab64(x)
#define htons(x) cpu_to_be16(x)
#define htonl(x) cpu_to_be32(x)
#define ntohs(x) be16_to_cpu(x)
#define ntohl(x) be32_to_cpu(x)

#endif
