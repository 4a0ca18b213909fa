// Names and arguments that differ from kernel to kernel. Old names stay where the arguments agree.
#ifndef VMEM_VERSIONS_H
#define VMEM_VERSIONS_H

#include <vmem/random.h>
#include <vmem/rcu.h>
#include <vmem/time.h>
#include <vmem/vmalloc.h>

// Arguments that a function lost: a call with them is an error that says so.
void *vmem_lost_argument_vmalloc(unsigned long size, ...)
    __attribute__((error("__vmalloc has 2 arguments since 5.8: the protection went")));
void *vmem_lost_argument_map_ram(void *pages, ...)
    __attribute__((error("vm_map_ram has 3 arguments since 5.8: the protection went")));
#define __vmem_fourth(a, b, c, name, ...) name
#define __vmem_fifth(a, b, c, d, name, ...) name
#define __vmalloc(...) \
  __vmem_fourth(__VA_ARGS__, vmem_lost_argument_vmalloc, __vmalloc, __vmalloc)(__VA_ARGS__)
#define vm_map_ram(...) \
  __vmem_fifth(__VA_ARGS__, vmem_lost_argument_map_ram, vm_map_ram, vm_map_ram, vm_map_ram) \
  (__VA_ARGS__)

// Sparse areas, since 6.9: [start, end) of one gets a page of `pages` for each of its own.
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#define __VMEM_SPARSE_CALL(name) __attribute__((error(#name " exists since 6.9")))
unsigned long vmem_no_sparse_areas(void) __VMEM_SPARSE_CALL(VM_SPARSE);
#define VM_SPARSE vmem_no_sparse_areas()
#else
#define __VMEM_SPARSE_CALL(name) VK(name)
#define VM_SPARSE 0x1000UL
#endif
int vm_area_map_pages(struct vm_struct *area, unsigned long start, unsigned long end,
    struct page **pages) __VMEM_SPARSE_CALL(vm_area_map_pages);
void vm_area_unmap_pages(struct vm_struct *area, unsigned long start, unsigned long end)
    __VMEM_SPARSE_CALL(vm_area_unmap_pages);

// kvrealloc: (old, size, gfp) since 6.12, (old, old size, size, gfp) before.
#define __vmem_kvrealloc_3(old, size, gfp) vmem_kvrealloc(old, size, gfp)
#define __vmem_kvrealloc_4(old, old_size, size, gfp) vmem_kvrealloc(old, size, gfp)
#define kvrealloc(...) \
  __vmem_fifth(__VA_ARGS__, __vmem_kvrealloc_4, __vmem_kvrealloc_3, 0)(__VA_ARGS__)

// Typed allocations, since 7.0: the flags may be left out.
#define __vmem_gfp(...) __vmem_gfp_1(__VA_ARGS__ __VA_OPT__(,) GFP_KERNEL)
#define __vmem_gfp_1(gfp, ...) (gfp)
#define __vmem_object(allocate, type, count, ...) \
  ((__typeof__(type) *)allocate(size_mul(sizeof(__typeof__(type)), count), \
      __vmem_gfp(__VA_ARGS__)))
#define kmalloc_obj(type, ...) __vmem_object(kmalloc, type, 1, ##__VA_ARGS__)
#define kmalloc_objs(type, count, ...) __vmem_object(kmalloc, type, count, ##__VA_ARGS__)
#define kzalloc_obj(type, ...) __vmem_object(kzalloc, type, 1, ##__VA_ARGS__)
#define kzalloc_objs(type, count, ...) __vmem_object(kzalloc, type, count, ##__VA_ARGS__)
#define kvmalloc_obj(type, ...) __vmem_object(kvmalloc, type, 1, ##__VA_ARGS__)
#define kvmalloc_objs(type, count, ...) __vmem_object(kvmalloc, type, count, ##__VA_ARGS__)
#define kvzalloc_obj(type, ...) __vmem_object(kvzalloc, type, 1, ##__VA_ARGS__)
#define kvzalloc_objs(type, count, ...) __vmem_object(kvzalloc, type, count, ##__VA_ARGS__)
#define __vmem_flexible(allocate, type, member, count, ...) \
  ((__typeof__(type) *)allocate(struct_size_t(__typeof__(type), member, count), \
      __vmem_gfp(__VA_ARGS__)))
#define kmalloc_flex(type, member, count, ...) \
  __vmem_flexible(kmalloc, type, member, count, ##__VA_ARGS__)
#define kzalloc_flex(type, member, count, ...) \
  __vmem_flexible(kzalloc, type, member, count, ##__VA_ARGS__)
#define kvmalloc_flex(type, member, count, ...) \
  __vmem_flexible(kvmalloc, type, member, count, ##__VA_ARGS__)
#define kvzalloc_flex(type, member, count, ...) \
  __vmem_flexible(kvzalloc, type, member, count, ##__VA_ARGS__)

// Timers: del_ became timer_delete in 6.15, from_timer timer_container_of in 6.16.
#define del_timer timer_delete
#define del_timer_sync timer_delete_sync
#define try_to_del_timer_sync timer_delete
#define from_timer(variable, timer, member) container_of(timer, __typeof__(*(variable)), member)
#define timer_container_of from_timer

// Random numbers: prandom_u32_max became get_random_u32_below in 6.2.
#define prandom_u32_max get_random_u32_below
#define prandom_u32 get_random_u32
#define prandom_bytes get_random_bytes
#define random32 get_random_u32

// Freeing after a grace period: without a head since 6.4 by a name of its own.
#define __vmem_free_rcu_1(pointer) kvfree_rcu_mightsleep(pointer)
#define __vmem_free_rcu_2(pointer, member) \
  vmem_kvfree_rcu(&(pointer)->member, (void *)(pointer))
#define __vmem_free_rcu(a, b, name, ...) name
#define kvfree_rcu(...) \
  __vmem_free_rcu(__VA_ARGS__, __vmem_free_rcu_2, __vmem_free_rcu_1)(__VA_ARGS__)
#define kfree_rcu kvfree_rcu
#define kfree_rcu_mightsleep kvfree_rcu_mightsleep

#endif
